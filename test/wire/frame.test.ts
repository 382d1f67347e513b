import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATATYPES } from '../../src/core/datatype.js';
import { bytesColumn, type Tensor } from '../../src/core/tensor.js';
import { align, decodeFrame, encodeFrame, type FrameTarget } from '../../src/wire/frame.js';
import { seededRandom } from '../support/random.js';
import { bitsOf, RandomRequests } from '../support/random-requests.js';

const TARGET: FrameTarget = { model: 'm@1#7' };

test('tensors come out of a frame as they went in, their parts joined', () => {
  const random = new RandomRequests(seededRandom(3));
  for (let trial = 0; trial < 300; trial++) {
    const tensors = Array.from({ length: random.below(5) }, (_, i) =>
      random.tensor(`tensor ${i}`, DATATYPES[random.below(DATATYPES.length)], [random.below(9), random.below(3)]),
    );
    const frame = encodeFrame(
      TARGET,
      tensors.map(({ data, ...tensor }) => ({ ...tensor, parts: [data] })),
    );
    const { inputs } = decodeFrame(frame);
    assert.deepEqual(inputs.map(bitsOf), tensors.map(bitsOf), `trial ${trial}`);
  }
});

test('places stay multiples of 8 beyond 2 GiB', () => {
  assert.deepEqual([0, 1, 8, 2 ** 31 - 1, 2 ** 31 + 1, 2 ** 33 - 7].map(align), [
    0,
    8,
    8,
    2 ** 31,
    2 ** 31 + 8,
    2 ** 33,
  ]);
});

test('the memory of a tensor is the memory of the frame', () => {
  const x: Tensor = { name: 'x', datatype: 'FP64', shape: [3], data: Float64Array.of(1, 2, 3) };
  const frame = encodeFrame(TARGET, [{ name: 'x', datatype: 'FP64', shape: [3], parts: [x.data] }]);
  const [{ data }] = decodeFrame(frame).inputs;
  assert.equal((data as Float64Array).buffer, frame);
});

test('what is to be done travels with the data', () => {
  const target: FrameTarget = {
    model: 'a model@v1#12',
    id: 'é\r\n☃',
    outputs: [{ name: 'predict', parameters: { content_type: 'np' } }, { name: 'b' }],
    parameters: {
      text: '',
      whole: -5,
      large: 2 ** 53,
      fraction: 0.1,
      yes: true,
      nothing: null,
      list: [1, 'two', [null]],
      object: { headers: { 'ce-id': '1' } },
    },
  };
  const { model, id, outputs, parameters, inputs } = decodeFrame(encodeFrame(target, []));
  assert.deepEqual(
    { model, id, parameters, inputs },
    { model: target.model, id: target.id, parameters: target.parameters, inputs: [] },
  );
  assert.deepEqual(
    outputs!.map(({ name, parameters }) => [name, parameters]),
    [
      ['predict', { content_type: 'np' }],
      ['b', undefined],
    ],
  );
});

test('names a client made up reach no prototype', () => {
  const parameters = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
  const data = bytesColumn(['a']);
  const tensor = { name: '__proto__', datatype: 'BYTES', shape: [1], parts: [data], parameters } as const;
  const [input] = decodeFrame(encodeFrame({ ...TARGET, parameters }, [tensor])).inputs;
  assert.equal(input.name, '__proto__');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
  assert.equal(Reflect.get(input.parameters!, 'polluted'), undefined);
});

test('a frame without a name, output or parameter has none', () => {
  const { id, outputs, parameters } = decodeFrame(encodeFrame(TARGET, []));
  assert.deepEqual([id, outputs, parameters], [undefined, undefined, undefined]);
});
