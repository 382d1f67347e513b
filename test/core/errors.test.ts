import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorData, errorFromData, errorToData, ServerError } from '../../src/core/errors.js';

/** What another thread gets of a failure with this cause. */
function across(cause: unknown): ErrorData {
  return structuredClone(errorToData(new ServerError('INTERNAL', 'mine', { cause })));
}

describe('a failure that crosses threads', () => {
  it('keeps its code, its message and, for the log, the stack of its cause', () => {
    const cause = new Error('of the model');
    const error = errorFromData(across(cause));
    assert.deepEqual([error.code, error.message, error.cause], ['INTERNAL', 'mine', cause.stack]);
    assert.equal(across(undefined).detail, undefined);
    assert.equal(across(null).detail, 'null');
    assert.equal(across(Symbol('s')).detail, 'Symbol(s)');
  });

  it('does so whatever a model throws: it would end the thread, and what others have there', () => {
    const noText = Object.assign(new Error('x'), { stack: () => 'a function' });
    assert.equal(typeof across(noText).detail, 'string');
    const throws = Object.defineProperty(new Error('x'), 'stack', {
      get() {
        throw new Error('inner');
      },
    });
    for (const cause of [throws, Object.create(null)]) {
      assert.equal(across(cause).detail, 'an error that cannot be shown');
    }
  });
});
