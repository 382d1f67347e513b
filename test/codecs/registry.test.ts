import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NdArray } from '../../src/codecs/numpy.js';
import type { DataFrame } from '../../src/codecs/pandas.js';
import { decodeColumns, decodeInputs, decodeTensor, encodeOutputs, encodeTensor } from '../../src/codecs/registry.js';
import { ServerError } from '../../src/core/errors.js';
import { type BytesColumn, bytesColumn, missingText, type Tensor, texts } from '../../src/core/tensor.js';

const bytes = (name: string, values: readonly (string | Uint8Array)[], contentType?: string): Tensor => ({
  name,
  datatype: 'BYTES',
  shape: [values.length],
  data: bytesColumn(values),
  parameters: contentType === undefined ? undefined : { content_type: contentType },
});
const doubles = (name: string, shape: number[], ...values: number[]): Tensor => ({
  name,
  datatype: 'FP64',
  shape,
  data: Float64Array.from(values),
});
const told = (text: RegExp) => (error: unknown) =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && text.test(error.message);
const textsOf = (tensor: Tensor) => texts(tensor.data as BytesColumn);

describe('content types of tensors', () => {
  it('np: keeps shape and type, widens halves, and reads BYTES as text', () => {
    const { shape, data } = decodeTensor(doubles('x', [2, 2], 1, 2, 3, 4), 'np');
    assert.deepEqual(
      [shape, [...(data as Float64Array)]],
      [
        [2, 2],
        [1, 2, 3, 4],
      ],
    );
    const half = decodeTensor({ name: 'h', datatype: 'FP16', shape: [1], data: Uint16Array.of(0x3e00) }, 'np');
    assert.deepEqual(half, { datatype: 'FP32', shape: [1], data: Float32Array.of(1.5) });
    assert.deepEqual(decodeTensor(bytes('t', ['é']), 'np').data, ['é']);
  });

  it('np: writes [n] as [n, 1], a single value as [1], and nested lists by their shape', () => {
    const shapes = [3, [1, 2], [[1, 2, 3]], Float32Array.of(1, 2), [true], [1n], { shape: [2, 1, 1], data: [1, 2] }];
    assert.deepEqual(
      shapes.map(value => encodeTensor('y', value)).map(({ datatype, shape }) => `${datatype} ${shape}`),
      ['FP64 1', 'FP64 2,1', 'FP64 1,3', 'FP32 2,1', 'BOOL 1,1', 'INT64 1,1', 'FP64 2,1,1'],
    );
  });

  it('np: refuses ragged lists, mixed kinds, and values that a datatype cannot hold', () => {
    assert.throws(() => encodeTensor('y', [[1, 2], [3]]), told(/output 'y': item 1 has the shape \[1\]/));
    assert.throws(() => encodeTensor('y', [1, 'a'], 'np'), told(/values of one kind/));
    const tooLarge = { datatype: 'INT8', shape: [1], data: [300] };
    assert.throws(() => encodeTensor('y', tooLarge), told(/a whole number from -128 to 127 \(INT8\), got 300/));
    assert.throws(() => encodeTensor('y', { shape: [3], data: [1] }), told(/shape \[3\] needs 3 values, got 1/));
    const ofNoType = { datatype: 'FLOAT', shape: [1], data: [1] };
    assert.throws(() => encodeTensor('y', ofNoType), told(/output 'y': expected a datatype of BOOL, .*, got 'FLOAT'/));
  });

  it('str, base64 and datetime come back as they went', () => {
    const strings = ['a', '', 'ü'];
    assert.deepEqual(decodeTensor(encodeTensor('y', strings), 'str'), strings);
    const parts = [Uint8Array.of(0, 255), Uint8Array.of()];
    const encoded = encodeTensor('y', parts);
    assert.deepEqual([textsOf(encoded), encoded.parameters], [['AP8=', ''], { content_type: 'base64' }]);
    assert.deepEqual(decodeTensor(encoded, 'base64'), parts);
    const dates = [new Date('2022-01-02T03:04:05.678Z'), new Date('1999-12-31T00:00:00Z')];
    assert.deepEqual(textsOf(encodeTensor('y', dates)), ['2022-01-02T03:04:05.678+00:00', '1999-12-31T00:00:00+00:00']);
    assert.deepEqual(decodeTensor(encodeTensor('y', dates), 'datetime'), dates);
  });

  it('base64: takes bytes that are no text as they are, and names texts that are no base64', () => {
    const given = Uint8Array.of(0xfe, 0x80);
    assert.deepEqual(
      decodeTensor(bytes('x', [given, '', 'YQ==', 'YWI=']), 'base64').map(part => [...part]),
      [[0xfe, 0x80], [], [0x61], [0x61, 0x62]],
    );
    for (const text of ['not base64!', 'YQ', 'YQ=', 'YQ=a', 'Y!==', 'YW-_', ' YQ==']) {
      assert.throws(() => decodeTensor(bytes('x', [text]), 'base64'), told(/input 'x': data value 0: expected base64/));
    }
    assert.throws(() => decodeTensor(bytes('x', [missingText()]), 'base64'), told(/got null/));
  });

  it('str, np and raw: null where a text is missing', () => {
    const tensor = bytes('x', ['a', missingText()]);
    assert.deepEqual(decodeTensor(tensor, 'str'), ['a', null]);
    assert.deepEqual(decodeTensor(tensor, 'np').data, ['a', null]);
    assert.deepEqual(decodeTensor(tensor, 'raw'), ['a', null]);
  });

  it('raw: the flat data; written as np and str write them', () => {
    assert.deepEqual(decodeTensor(doubles('x', [1, 2], 1, 2), 'raw'), Float64Array.of(1, 2));
    const written = [['a'], [1, 2]].map(value => encodeTensor('y', value, 'raw'));
    assert.deepEqual(
      written.map(({ datatype, parameters }) => [datatype, parameters]),
      [
        ['BYTES', { content_type: 'raw' }],
        ['FP64', { content_type: 'raw' }],
      ],
    );
  });

  it('datetime: reads days of weeks', () => {
    const forms = ['2022-W02-2', '2022W022', '2022-W02', '2020-W53-5', '2026-W01-1'];
    assert.deepEqual(
      decodeTensor(bytes('x', forms), 'datetime').map(date => date.toISOString().slice(0, 10)),
      ['2022-01-11', '2022-01-11', '2022-01-10', '2021-01-01', '2025-12-29'],
    );
    for (const text of ['2022-W53-1', '2022-W00-1', '2022-W022', '2022-W02-8']) {
      assert.throws(() => decodeTensor(bytes('x', [text]), 'datetime'), told(/ISO 8601/));
    }
  });

  it('datetime: reads the forms of ISO 8601 and names what is none', () => {
    const forms = ['2022-01-11', '20220111', '2022-01-11T11:00:00Z', '2022-01-11 11:00', '2022-01-11T11:00:00+02:00'];
    assert.deepEqual(
      decodeTensor(bytes('x', forms), 'datetime').map(date => date.toISOString().slice(0, 16)),
      ['2022-01-11T00:00', '2022-01-11T00:00', '2022-01-11T11:00', '2022-01-11T11:00', '2022-01-11T09:00'],
    );
    // As PostgreSQL writes them.
    const [hours] = decodeTensor(bytes('x', ['2022-01-11 11:00:00.123456-03']), 'datetime');
    assert.equal(hours.toISOString(), '2022-01-11T14:00:00.123Z');
    for (const text of ['bad', '2022-02-30', '2022-13-01', '2022-01-01T25:00']) {
      assert.throws(() => decodeTensor(bytes('x', [text]), 'datetime'), told(/input 'x': data value 0: .* ISO 8601/));
    }
  });

  it('datetime: names a date that is none', () => {
    assert.throws(() => encodeTensor('y', [new Date('x')]), told(/output 'y': data value 0: expected a valid Date/));
  });

  it('text, bytes and dates need BYTES', () => {
    for (const contentType of ['str', 'base64', 'datetime'] as const) {
      assert.throws(() => decodeTensor(doubles('x', [1], 1), contentType), told(/needs datatype BYTES, got FP64/));
    }
  });

  it('names values that no content type takes', () => {
    assert.throws(() => encodeTensor('y', new Map()), told(/output 'y': No codec takes a value of type Map/));
    assert.throws(() => encodeTensor('y', [1], 'str'), told(/Content type 'str' takes/));
    assert.throws(
      () => encodeTensor('y', [1], 'no'),
      told(/expected a content type of str, np, base64, datetime, raw, got 'no'/),
    );
  });
});

describe('content types of requests', () => {
  it('pd: a column per tensor, each by its own content type', () => {
    const inputs = [doubles('n', [2], 1, 2), bytes('t', ['a', 'b']), bytes('j', ['{"a":1}', '[]'], 'pd_json')];
    const frame = decodeInputs(inputs, 'pd', []) as DataFrame;
    assert.deepEqual(
      [...frame],
      [
        ['n', Float64Array.of(1, 2)],
        ['t', ['a', 'b']],
        ['j', [{ a: 1 }, []]],
      ],
    );
  });

  it('pd: keeps the datatype of a column, of truth values too', () => {
    const columns: readonly Tensor[] = [
      { name: 'truth', datatype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) },
      { name: 'small', datatype: 'UINT8', shape: [2], data: Uint8Array.of(1, 0) },
      { name: 'large', datatype: 'INT64', shape: [2], data: BigInt64Array.of(2n ** 60n, 0n) },
    ];
    const frame = decodeInputs(columns, 'pd', []) as DataFrame;
    assert.deepEqual(frame.get('truth'), [true, false]);
    assert.deepEqual(
      encodeOutputs('ignored', frame),
      columns.map(column => ({ ...column, shape: [2, 1] })),
    );
  });

  it('pd: refuses columns of different lengths', () => {
    const inputs = [doubles('a', [2], 1, 2), doubles('b', [1], 1)];
    assert.throws(() => decodeColumns(inputs, []), told(/input 'b': expected 2 values, .* got 1/));
  });

  it('pd: writes numbers bare, texts as str, and everything else as JSON', () => {
    const frame: DataFrame = new Map<string, ArrayLike<unknown>>([
      ['n', [1, null]],
      ['t', ['a', 'b']],
      ['o', [{ a: 1 }, [2]]],
    ]);
    const [numbers, strings, objects] = encodeOutputs('ignored', frame);
    assert.deepEqual([numbers.datatype, numbers.shape, numbers.parameters], ['FP64', [2, 1], undefined]);
    assert.deepEqual(strings.parameters, { content_type: 'str' });
    assert.deepEqual([textsOf(objects), objects.parameters], [['{"a":1}', '[2]'], { content_type: 'pd_json' }]);
  });

  it('pd: names values that JSON has no words for', () => {
    const frame: DataFrame = new Map([['c', [{ a: 1 }, { b: 1n }]]]);
    assert.throws(() => encodeOutputs('ignored', frame), told(/output 'c': data value 1: cannot be written as JSON/));
  });

  it('pd: writes columns in which all is missing, and large whole numbers beside missing ones', () => {
    const frame: DataFrame = new Map<string, ArrayLike<unknown>>([
      ['none', [null, null]],
      ['some', [9007199254740993n, null]],
    ]);
    const [none, some] = encodeOutputs('ignored', frame);
    assert.deepEqual([none.datatype, none.shape, none.data], ['FP64', [2, 1], Float64Array.of(Number.NaN, Number.NaN)]);
    assert.deepEqual([textsOf(some), some.parameters], [['9007199254740993', 'null'], { content_type: 'pd_json' }]);
  });

  it('np and str: of exactly one tensor, whose own content type goes first', () => {
    assert.deepEqual((decodeInputs([doubles('x', [1], 7)], 'np', []) as NdArray).data, Float64Array.of(7));
    assert.deepEqual(decodeInputs([bytes('x', ['YQ=='], 'base64')], 'str', []), [Uint8Array.of(97)]);
    const metadata = [{ name: 'x', datatype: 'BYTES', shape: [1], parameters: { content_type: 'base64' } }] as const;
    assert.deepEqual(decodeInputs([bytes('x', ['YQ=='])], 'str', metadata), [Uint8Array.of(97)]);
    assert.throws(() => decodeInputs([], 'np', []), told(/'np' of a request needs exactly one tensor, got 0/));
  });

  it('an unknown one is ignored', () => {
    assert.equal(decodeInputs([doubles('x', [1], 7)], 'hf', []), undefined);
  });
});
