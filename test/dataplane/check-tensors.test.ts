import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { ModelInterface } from '../../src/core/model-interface.js';
import type { TensorMetadata } from '../../src/core/protocol.js';
import type { Tensor } from '../../src/core/tensor.js';
import { checkRequest } from '../../src/dataplane/check-request.js';
import { rowsModel } from '../support/models.js';

const WANTED: readonly TensorMetadata[] = [
  { name: 'a', datatype: 'FP32', shape: [-1, 2] },
  { name: 'b', datatype: 'INT64', shape: [3] },
];

function model(inputs = WANTED, anyShape: readonly string[] = [], empty = false): ModelInterface {
  return { ...rowsModel(1), inputs, methods: ['y'], rule: { kind: 'tensors', anyShape, empty } };
}

const a = (...shape: number[]): Tensor => ({
  name: 'a',
  datatype: 'FP32',
  shape,
  data: new Float32Array(shape.reduce((n, size) => n * size, 1)),
});
const b: Tensor = { name: 'b', datatype: 'INT64', shape: [3], data: new BigInt64Array(3) };

const refused = (inputs: readonly Tensor[], message: string, by = model()) =>
  assert.throws(
    () => checkRequest(by, { inputs }),
    (error: unknown) => error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && error.message === message,
  );

test('takes exactly the tensors of a model, in any order', () => {
  checkRequest(model(), { inputs: [b, a(5, 2)] });
  refused([a(5, 2)], "inputs: 'b' is missing");
  refused([a(5, 2), b, { ...b, name: 'c' }], "input 'c': the model has no such input, it has 'a', 'b'");
  refused([a(5, 3), b], "input 'a': expected shape [-1,2], got [5,3]");
  refused([a(2), b], "input 'a': expected shape [-1,2], got [2]");
  refused([a(1, 2), { ...b, datatype: 'FP64' }], "input 'b': expected datatype INT64, got FP64");
  assert.throws(() => checkRequest(model(), { inputs: [a(1, 2), b], outputs: [{ name: 'z' }] }), /output 'z'/);
});

test('takes the only input by any name', () => {
  const one = model(WANTED.slice(0, 1));
  checkRequest(one, { inputs: [{ ...a(1, 2), name: 'x' }] });
  refused([{ ...a(1, 3), name: 'x' }], "input 'x': expected shape [-1,2], got [1,3]", one);
});

test('takes any shape and no elements only where that is said', () => {
  checkRequest(model(WANTED, ['a']), { inputs: [a(1, 1, 4), b] });
  refused([a(0, 2), b], "input 'a': expected at least one value, got shape [0,2]");
  checkRequest(model(WANTED, [], true), { inputs: [a(0, 2), b] });
});
