import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkContent } from '../../src/core/content-hash.js';

it('takes the bytes that were hashed and no others', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  checkContent(Buffer.from('abc'), abc);
  assert.throws(() => checkContent(Buffer.from('ab'), abc), {
    code: 'ABORTED',
    message: 'the file was changed while it was loaded',
  });
});
