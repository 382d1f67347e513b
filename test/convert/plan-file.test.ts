import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelPlan } from '../../src/convert/plan.js';
import { decodePlan, encodePlan } from '../../src/convert/plan-file.js';

const PLAN: ModelPlan = {
  about: {
    library: 'scikit-learn',
    libraryVersion: '1.9.1',
    estimator: "SVC(kernel='rbf')",
    classes: ['é', 'b', null, 1.5, true],
  },
  input: { columns: 2, names: ['a', '__proto__'], types: ['number', 'text'], datatype: 'FP64', missing: [true, false] },
  values: [
    { type: 'f64', shape: [-1, 2] },
    { type: 'str', shape: [] },
  ],
  nodes: [
    { kind: 'rows', output: 0 },
    {
      kind: 'kernel',
      kernel: 'trees',
      params: {
        limits: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 1.7976931348623157e308],
        nothing: null,
      },
      arrays: { nodes: 0, more: 6 },
      inputs: [0],
      outputs: [1],
    },
  ],
  outputs: [{ name: 'predict', method: 'predict', value: 1, datatype: 'BYTES' }],
  arrays: [
    Float64Array.of(1.5, Number.NaN, -0),
    Float32Array.of(0.1),
    BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
    Int32Array.of(-1, 2, 3),
    Uint32Array.of(2 ** 32 - 1),
    Uint16Array.of(65535),
    Uint8Array.of(1, 2, 3),
    new Float64Array(0),
  ],
};

function decode(bytes: Uint8Array): ModelPlan {
  return decodePlan(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

test('a plan comes out of its file as it went in', () => {
  assert.deepEqual(decode(encodePlan(PLAN)), PLAN);
});

test('a plan may lie anywhere in memory', () => {
  const file = encodePlan(PLAN);
  for (let offset = 1; offset < 9; offset++) {
    const memory = new Uint8Array(offset + file.length + 3);
    memory.set(file, offset);
    assert.deepEqual(decode(memory.subarray(offset, offset + file.length)), PLAN, `at ${offset}`);
  }
});

test('arrays that are parts of larger ones are stored as what they are', () => {
  const whole = Float64Array.of(1, 2, 3, 4);
  const plan = { ...PLAN, arrays: [whole.subarray(1, 3)] };
  assert.deepEqual(decode(encodePlan(plan)).arrays, [Float64Array.of(2, 3)]);
});

test('a file of another layout is refused', () => {
  for (const bytes of [new Uint8Array(0), Buffer.from('MYPLAN'), Buffer.from('MYPLAN99\0\0\0\0{}'), Buffer.alloc(64)]) {
    assert.throws(() => decode(bytes), /^ServerError: a plan in the cache is not of this version/);
  }
});
