import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DATATYPES, type Datatype } from '../../../src/core/datatype.js';
import { float16FromNumber } from '../../../src/core/float16.js';
import { bytesColumn, type Tensor, type TensorData } from '../../../src/core/tensor.js';
import { decodeInferRequest } from '../../../src/rest/infer-json.js';
import { outputJson } from '../../../src/rest/json/output.js';
import { seededRandom } from '../../support/random.js';

/** The text of the values alone. */
function valuesJson(datatype: Datatype, data: TensorData): string {
  const text = outputJson({ name: 'x', datatype, shape: [3, 1], data });
  const before = `{"name":"x","shape":[3,1],"datatype":"${datatype}","data":[`;
  assert.ok(text.startsWith(before) && text.endsWith(']}'), text);
  return text.slice(before.length, -2);
}

describe('values as text', () => {
  const cases: [datatype: Datatype, data: TensorData, text: string][] = [
    ['BOOL', Uint8Array.of(1, 0), 'true,false'],
    ['INT8', Int8Array.of(-128, 0, 127), '-128,0,127'],
    ['UINT8', Uint8Array.of(0, 255), '0,255'],
    ['INT16', Int16Array.of(-32768, 5), '-32768,5'],
    ['UINT16', Uint16Array.of(65535), '65535'],
    ['INT32', Int32Array.of(-2147483648, 7), '-2147483648,7'],
    ['UINT32', Uint32Array.of(4294967295), '4294967295'],
    ['INT64', BigInt64Array.of(0n, -1n, 4294967296n, -4294967297n), '0,-1,4294967296,-4294967297'],
    ['INT64', BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)), '9223372036854775807,-9223372036854775808'],
    [
      'INT64',
      BigInt64Array.of(2n ** 52n - 1n, 2n ** 53n + 1n, -(2n ** 52n)),
      '4503599627370495,9007199254740993,-4503599627370496',
    ],
    ['UINT64', BigUint64Array.of(0n, 2n ** 64n - 1n, 2n ** 63n), '0,18446744073709551615,9223372036854775808'],
    ['FP16', Uint16Array.of(0x3c00, 0x3555, 0xfc00, 0x7e00), '1.0,0.333251953125,null,null'],
    ['FP32', Float32Array.of(0.17525142431259155, 1, -2), '0.17525142431259155,1.0,-2.0'],
    ['FP64', Float64Array.of(0.1, 0, -0, 1e16, 1e20), '0.1,0.0,-0.0,10000000000000000.0,100000000000000000000.0'],
    ['FP64', Float64Array.of(1e21, -1e300, 1.5e300, 1e-7, 5e-324), '1e+21,-1e+300,1.5e+300,1e-7,5e-324'],
    ['FP64', Float64Array.of(Number.NaN, Infinity, -Infinity), 'null,null,null'],
    ['FP64', new Float64Array(12).fill(Number.NaN), Array(12).fill('null').join()],
    ['FP64', new Float64Array(12).fill(Infinity), Array(12).fill('null').join()],
    ['BYTES', bytesColumn(['a', '', 'ä€😀', '"\n\\']), '"a","","ä€😀","\\"\\n\\\\"'],
    ['BYTES', { offsets: Uint32Array.of(1, 2, 4), bytes: Buffer.from('xabcx') }, '"a","bc"'],
  ];
  for (const [datatype, data, text] of cases) {
    test(`${datatype} ${text}`, () => assert.equal(valuesJson(datatype, data), text));
  }

  test('a 64-bit view that does not begin its buffer', () => {
    assert.equal(valuesJson('INT64', BigInt64Array.of(1n, 2n, 3n).subarray(1, 2)), '2');
  });
});

describe('bytes that are no text', () => {
  test('go out as base64, said by the content type', () => {
    const data = bytesColumn([Uint8Array.of(0xff, 0), 'text']);
    const parameters = { content_type: 'str', n: 1 };
    assert.equal(
      outputJson({ name: 'x', datatype: 'BYTES', shape: [2], data, parameters }),
      '{"name":"x","shape":[2],"datatype":"BYTES","parameters":{"content_type":"base64","n":1},"data":["/wA=","dGV4dA=="]}',
    );
    assert.deepEqual(parameters, { content_type: 'str', n: 1 });
  });

  test('characters cut in two are none', () => {
    const bytes = Buffer.from('ä');
    const text = outputJson({
      name: 'x',
      datatype: 'BYTES',
      shape: [2],
      data: { offsets: Uint32Array.of(0, 1, 2), bytes },
    });
    assert.match(text, /"content_type":"base64"\},"data":\["ww==","pA=="\]/);
  });
});

test('random tensors of each datatype come back from their text as they were', () => {
  const random = seededRandom(5);
  const int = (end: number) => Math.floor(random() * end);
  const wide = () => (BigInt(int(2 ** 32)) << 32n) | BigInt(int(2 ** 32));
  const small = () => BigInt(int(2 ** 20));
  const float = () => (int(4) === 0 ? int(10) : (random() - 0.5) * 10 ** (int(40) - 20));
  const make: Record<Datatype, (count: number) => TensorData> = {
    BOOL: count => Uint8Array.from({ length: count }, () => int(2)),
    UINT8: count => Uint8Array.from({ length: count }, () => int(256)),
    UINT16: count => Uint16Array.from({ length: count }, () => int(65536)),
    UINT32: count => Uint32Array.from({ length: count }, () => int(2 ** 32)),
    UINT64: count => BigUint64Array.from({ length: count }, () => (int(2) ? wide() : small())),
    INT8: count => Int8Array.from({ length: count }, () => int(256)),
    INT16: count => Int16Array.from({ length: count }, () => int(65536)),
    INT32: count => Int32Array.from({ length: count }, () => int(2 ** 32)),
    INT64: count => BigInt64Array.from({ length: count }, () => (int(2) ? wide() : -small())),
    FP16: count => Uint16Array.from({ length: count }, () => float16FromNumber((random() - 0.5) * 1000)),
    FP32: count => Float32Array.from({ length: count }, float),
    FP64: count => Float64Array.from({ length: count }, float),
    BYTES: count => bytesColumn(Array.from({ length: count }, () => 'aä€😀"\\\n\u0001'.repeat(3).slice(int(5) * 5))),
  };
  for (let round = 0; round < 40; round++) {
    for (const datatype of DATATYPES) {
      const shape = [1 + int(40), 1 + int(40)];
      const tensor: Tensor = {
        name: 'x',
        datatype,
        shape,
        data: make[datatype](shape[0] * shape[1]),
        parameters: { round },
      };
      const text = outputJson(tensor);
      assert.deepEqual(decodeInferRequest(Buffer.from(`{"inputs":[${text}]}`)).inputs[0], tensor);
      if (datatype === 'INT64' || datatype === 'UINT64') continue;
      // The same values as JSON.stringify writes them, in lists of lists
      const parsed = JSON.parse(text);
      const rows = Array.from({ length: shape[0] }, (_, row) =>
        parsed.data.slice(row * shape[1], (row + 1) * shape[1]),
      );
      const nested = JSON.stringify({ inputs: [{ ...parsed, data: rows }] });
      assert.deepEqual(decodeInferRequest(Buffer.from(nested)).inputs[0], tensor);
    }
  }
});
