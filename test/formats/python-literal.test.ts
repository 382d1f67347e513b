import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PyDict, PyTuple } from '../../src/formats/pickle/values.js';
import { parsePythonLiteral } from '../../src/formats/python-literal.js';

describe('literals of Python', () => {
  it('dicts, lists, tuples and single values', () => {
    assert.deepEqual(parsePythonLiteral(' [1, -2, True, False, None, "x"]'.replaceAll('"', "'")), [
      1,
      -2,
      true,
      false,
      null,
      'x',
    ]);
    assert.deepEqual(parsePythonLiteral('()'), new PyTuple([]));
    assert.deepEqual(parsePythonLiteral('(3,)'), new PyTuple([3]));
    assert.deepEqual(parsePythonLiteral('(3)'), 3);
    assert.deepEqual(parsePythonLiteral("'it\\'s'"), "it's");
    const dict = parsePythonLiteral("{'a': (1, 2), '__proto__': [],}");
    assert.ok(dict instanceof PyDict);
    assert.deepEqual([...dict.keys()], ['a', '__proto__']);
  });

  it('reads a long string', () => {
    const text = 'x'.repeat(1e7);
    assert.equal(parsePythonLiteral(`'${text}'`), text);
  });

  for (const text of [
    '',
    '[1',
    '[1 2]',
    "{'a' 1}",
    "{'a': }",
    '[]]',
    '1.5',
    'x',
    '__import__',
    "'a",
    `${'['.repeat(50)}`,
  ]) {
    it(`${JSON.stringify(text)} is refused`, () =>
      assert.throws(() => parsePythonLiteral(text), { code: 'INVALID_ARGUMENT' }));
  }
});
