import type { ErrorCode } from '../../src/core/errors.js';
import type { PlainRequest, Refusal } from './infer-client.js';

/*
 * Failures of models, which have a status over every transport.
 *   fails    does what its one text says: throws with a status or without, or answers what is no answer
 *   asleep   is never ready
 */

export const FAILURE_MODELS = {
  'fails/model-settings.json': { implementation: 'fails.Fails' },
  'fails/fails.js': `const { decode, ModelError } = require('modelyard');
    exports.Fails = class {
      predict({ inputs: [x] }) {
        const [what] = decode(x, 'str');
        if (what === 'nonsense') return 5;
        if (what === 'no rows') return { outputs: [{ name: 'y', datatype: 'FP32', shape: [2], data: [1] }] };
        if (what === 'error') throw new TypeError('broken');
        throw new ModelError('because', Number(what));
      }
    };`,
  'asleep/model-settings.json': { implementation: 'asleep.Asleep' },
  'asleep/asleep.js': 'exports.Asleep = class { get ready() { return false; } predict() {} };',
};

interface FailureCase {
  readonly about: string;
  readonly model: string;
  readonly request: PlainRequest;
  readonly refused: Refusal;
}

const fails = (what: string, code: ErrorCode, message: RegExp, httpStatus?: number): FailureCase => ({
  about: `what a model fails with: ${what}`,
  model: 'fails',
  request: { inputs: [{ name: 'x', shape: [1], datatype: 'BYTES', data: [what] }] },
  refused: { code, message, httpStatus },
});

export const FAILURE_CASES: readonly FailureCase[] = [
  fails('400', 'INVALID_ARGUMENT', /^because$/),
  fails('404', 'NOT_FOUND', /^because$/),
  fails('409', 'ALREADY_EXISTS', /^because$/),
  fails('412', 'FAILED_PRECONDITION', /^because$/, 412),
  fails('418', 'INVALID_ARGUMENT', /^because$/, 418),
  fails('429', 'RESOURCE_EXHAUSTED', /^because$/),
  fails('500', 'INTERNAL', /^because$/),
  fails('501', 'UNIMPLEMENTED', /^because$/),
  fails('503', 'UNAVAILABLE', /^because$/),
  fails('504', 'DEADLINE_EXCEEDED', /^because$/),
  fails('error', 'INTERNAL', /^broken$/),
  fails('nonsense', 'INTERNAL', /^model 'fails' gave no valid answer: /),
  fails('no rows', 'INTERNAL', /^model 'fails' gave no valid answer: /),
  {
    about: 'a model that is not ready',
    model: 'asleep',
    request: { inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [1] }] },
    refused: { code: 'FAILED_PRECONDITION', message: /^Model asleep is not ready yet\.$/ },
  },
];
