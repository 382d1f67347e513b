import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../src/convert/sklearn/convert-sklearn.js';
import { ServerError } from '../../src/core/errors.js';
import type { PyValue } from '../../src/formats/pickle/values.js';

export interface Refusal {
  /** What is wrong with the estimator. */
  readonly name: string;
  readonly estimator: PyValue;
  /** Must be found in the message. */
  readonly says: RegExp;
}

/** One test per estimator that must not be served: its conversion fails with INVALID_ARGUMENT and says why. */
export function refusalSuite(family: string, refusals: readonly Refusal[]): void {
  describe(`${family}: what is refused`, () => {
    for (const { name, estimator, says } of refusals) {
      it(name, () => {
        assert.throws(
          () => convertSklearn(estimator),
          (error: unknown) => {
            assert.ok(error instanceof ServerError, String(error));
            assert.equal(error.code, 'INVALID_ARGUMENT');
            assert.match(error.message, says);
            return true;
          },
        );
      });
    }
  });
}
