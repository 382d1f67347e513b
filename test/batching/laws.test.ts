import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasRowsToShare, mergeRequests, requestRows, splitOutputs } from '../../src/batching/batch.js';
import { signatureOf } from '../../src/batching/signature.js';
import type { InferRequest } from '../../src/core/protocol.js';
import type { Tensor } from '../../src/core/tensor.js';
import { decodeFrame } from '../../src/wire/frame.js';
import { rowsRequest } from '../support/models.js';
import { seededRandom } from '../support/random.js';
import { bitsOf, RandomRequests } from '../support/random-requests.js';

const TRIALS = 500;

/** What callers get of a model that answers its inputs. */
function echoed(requests: readonly InferRequest[]): Tensor[][] {
  const { inputs } = decodeFrame(mergeRequests('m@#1', requests));
  return splitOutputs(inputs, requests.map(requestRows));
}

describe('merging and splitting', () => {
  it('gives every caller what it sent: any datatypes, shapes and numbers of requests', () => {
    const random = new RandomRequests(seededRandom(1));
    for (let trial = 0; trial < TRIALS; trial++) {
      const requests = random.alike(1 + random.below(6));
      assert.equal(new Set(requests.map(request => signatureOf(request, true))).size, 1);
      assert.ok(requests.every(hasRowsToShare));
      const shares = echoed(requests);
      requests.forEach(({ inputs }, i) => {
        assert.deepEqual(shares[i].map(bitsOf), inputs.map(bitsOf), `trial ${trial}, request ${i}`);
        assert.deepEqual(
          shares[i].map(({ name, datatype }) => [name, datatype]),
          inputs.map(({ name, datatype }) => [name, datatype]),
        );
      });
    }
  });

  it('leaves the requests as they are', () => {
    const random = new RandomRequests(seededRandom(2));
    for (let trial = 0; trial < 20; trial++) {
      const requests = random.alike(3);
      const before = requests.map(({ inputs }) => inputs.map(bitsOf));
      echoed(requests);
      assert.deepEqual(
        requests.map(({ inputs }) => inputs.map(bitsOf)),
        before,
      );
    }
  });

  it('gives nobody anything when an output has not one row for each', () => {
    const [whole] = rowsRequest([1], [2], [3]).inputs;
    for (const output of [
      { ...whole, shape: [2, 1], data: Float64Array.of(1, 2) },
      { ...whole, shape: [4, 1], data: Float64Array.of(1, 2, 3, 4) },
      { ...whole, shape: [], data: Float64Array.of(1) },
    ]) {
      assert.throws(
        () => splitOutputs([whole, output], [2, 1]),
        /^ServerError: output 'x': the model gave .* rows for a batch of 3/,
      );
    }
  });

  it('passes the answer to a lone request on, whatever its shape', () => {
    const odd: Tensor = { name: 'y', datatype: 'FP64', shape: [], data: Float64Array.of(1) };
    assert.deepEqual(splitOutputs([odd], [5]), [[odd]]);
  });

  it('lets only requests share that have rows, as many in every input', () => {
    const tensor = (shape: number[]): Tensor => ({ name: 'x', datatype: 'UINT8', shape, data: new Uint8Array(0) });
    const cases: [shapes: number[][], shares: boolean][] = [
      [[[1]], true],
      [[[3, 2], [3, 5], [3]], true],
      [
        [
          [3, 2],
          [2, 2],
        ],
        false,
      ],
      [[[0, 2]], false],
      [[[]], false],
      [[[1], []], false],
      [[], false],
    ];
    for (const [shapes, shares] of cases) {
      assert.equal(hasRowsToShare({ inputs: shapes.map(tensor) }), shares, JSON.stringify(shapes));
    }
  });
});

describe('signatures', () => {
  const [x] = rowsRequest([1, 2]).inputs;
  const plain: InferRequest = { inputs: [x] };
  const two = (a: string, b: string): InferRequest => ({
    inputs: [
      { ...x, name: a },
      { ...x, name: b },
    ],
  });

  /** Pairs that must not share a batch. */
  const UNLIKE: [about: string, a: InferRequest, b: InferRequest][] = [
    ['names', plain, { inputs: [{ ...x, name: 'y' }] }],
    ['datatypes', plain, { inputs: [{ ...x, datatype: 'INT64' }] }],
    ['sizes of a row', plain, { inputs: [{ ...x, shape: [1, 2, 1] }] }],
    ['dimensions', { inputs: [{ ...x, shape: [] }] }, { inputs: [{ ...x, shape: [1] }] }],
    ['the number of inputs', plain, two('x', 'y')],
    ['the order of inputs', two('x', 'y'), two('y', 'x')],
    ['names that look like other names', two('x;', 'y'), two('x', ';y')],
    ['names that hold a signature', two('1:x', 'FP64'), two('1', 'x:FP64')],
    ['outputs', plain, { ...plain, outputs: [{ name: 'predict_proba' }] }],
    [
      'the order of outputs',
      { ...plain, outputs: [{ name: 'a' }, { name: 'b' }] },
      { ...plain, outputs: [{ name: 'b' }, { name: 'a' }] },
    ],
    [
      'one output and its name twice',
      { ...plain, outputs: [{ name: 'aa' }] },
      { ...plain, outputs: [{ name: 'a' }, { name: 'a' }] },
    ],
    ['the content type', plain, { ...plain, parameters: { content_type: 'pd' } }],
    ['the content type of an input', plain, { inputs: [{ ...x, parameters: { content_type: 'str' } }] }],
    [
      'the content type of an output',
      { ...plain, outputs: [{ name: 'a' }] },
      { ...plain, outputs: [{ name: 'a', parameters: { content_type: 'str' } }] },
    ],
  ];

  for (const [about, a, b] of UNLIKE) {
    it(`tell requests apart by ${about}`, () => {
      for (const sees of [true, false]) assert.notEqual(signatureOf(a, sees), signatureOf(b, sees));
    });
  }

  it('do not depend on rows, values or the id', () => {
    assert.equal(
      signatureOf(rowsRequest([1, 2]), true),
      signatureOf({ ...rowsRequest([3, 4], [5, 6]), id: 'a' }, true),
    );
  });

  it('depend on all parameters only for models that see them', () => {
    const a = { ...plain, parameters: { threshold: 1 } };
    const b = { ...plain, parameters: { threshold: 2 } };
    assert.equal(signatureOf(a, false), signatureOf(b, false));
    assert.notEqual(signatureOf(a, true), signatureOf(b, true));
  });
});
