import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  arg,
  asBool,
  asDict,
  asFloat64,
  asInt32,
  asNumber,
  asString,
  asStrings,
  attr,
  className,
  entry,
  field,
  globalName,
  isNone,
  item,
  items,
  type Place,
  root,
  sklearnVersion,
  stateOf,
} from '../../src/formats/pickle/access.js';
import { elements } from '../../src/formats/pickle/arrays.js';
import type { Dtype } from '../../src/formats/pickle/dtype.js';
import { asDense, asSparse } from '../../src/formats/pickle/sparse.js';
import { type NdArray, PyObject, PySet, PyTuple, type PyValue } from '../../src/formats/pickle/values.js';
import { readModelObject } from '../../src/formats/python-file.js';
import { fixture } from '../support/fixtures.js';

/** One object with values of every kind (test/fixtures/python/generate.py), in every form Python writes. */
const PICKLES = [
  'protocol-0.pkl',
  'protocol-1.pkl',
  'protocol-2.pkl',
  'protocol-3.pkl',
  'protocol-4.pkl',
  'protocol-5.pkl',
];
const FILES = [...PICKLES, 'padded.joblib', 'unpadded.joblib', 'values.skops'];

const floats = (place: Place) => {
  const { data, shape } = asFloat64(place);
  return { data: [...data], shape: [...shape] };
};

const bytesOf = (value: PyValue) => (value instanceof Uint8Array ? [...value] : value);

for (const file of FILES) {
  const skops = file.endsWith('.skops');
  describe(`values of ${file}`, () => {
    const model = root(readModelObject(fixture(`python/${file}`)).value);
    const at = (name: string) => attr(model, name);
    const value = (name: string) => at(name).value;

    it('the class and the version that wrote it', () => {
      assert.equal(className(model), 'sklearn.linear_model._base.LinearRegression');
      assert.deepEqual(sklearnVersion(model), [1, 9]);
    });

    it('None, bools, numbers', () => {
      assert.ok(isNone(at('none')));
      assert.equal(asBool(at('yes')), true);
      assert.equal(asBool(at('no')), false);
      assert.deepEqual(value('ints'), [
        0,
        255,
        256,
        65536,
        -1,
        2 ** 31,
        -(2 ** 31),
        9007199254740992n,
        -9223372036854775808n,
        1208925819614629174706176n,
      ]);
      assert.deepEqual(value('floats'), [
        0.1,
        -0,
        1e300,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        Number.NaN,
      ]);
    });

    it('text and bytes', () => {
      assert.deepEqual(value('texts'), ['', 'ascii', 'über \\ \n', '日本 😀', 'x'.repeat(300)]);
      assert.deepEqual(bytesOf(value('raw')), [0, 255, 10, 97, 98, 99]);
      assert.deepEqual(bytesOf(value('long_raw')), new Array(300).fill(0));
      assert.deepEqual(bytesOf(value('mutable')), [97, 98, 99]);
    });

    it('tuples and lists, told apart', () => {
      const tuple = (...values: PyValue[]) => new PyTuple(values);
      assert.deepEqual(value('tuples'), [tuple(), tuple(1), tuple(1, 2), tuple(1, 2, 3), tuple(1, 2, 3, 4)]);
      const nested = items(at('nested'));
      assert.deepEqual(nested[0].value, []);
      assert.deepEqual(item(item(nested[1], 0), 0).value, 1);
      assert.deepEqual(entry(item(nested[1], 1), 'a').value, [null]);
    });

    it('dicts and sets', () => {
      const mapping = asDict(at('mapping'));
      if (skops)
        assert.deepEqual(
          [...mapping.entries()],
          [
            ['a', 1],
            ['b', 2],
          ],
        );
      else {
        assert.equal(mapping.get('a'), 1);
        assert.equal(mapping.get(2), 'two');
        assert.equal(mapping.get(new PyTuple([1, 'x'])), 'tuple');
        assert.equal(mapping.get(null), 0);
        assert.equal(mapping.get('2'), undefined);
      }
      assert.deepEqual(
        [...asDict(at('ordered')).entries()],
        [
          ['z', 1],
          ['a', 2],
        ],
      );
      assert.deepEqual([...asDict(at('default')).entries()], [['k', 3]]);
      assert.deepEqual(value('members'), new PySet(['only'], false));
      assert.deepEqual((value('frozen') as PySet).items, [7]);
      assert.equal(asNumber(attr(at('bunch'), 'inner')), 5);
    });

    it('a list mentioned twice is one list', { skip: skops && 'skops writes it twice' }, () => {
      assert.equal(value('shared'), value('again'));
    });

    it('objects of Python and numpy', () => {
      assert.deepEqual((value('slice') as PyObject).args, [1, null, 2]);
      assert.equal(globalName(at('dtype_class')), 'numpy.float64');
      assert.equal((value('dtype') as Dtype).text, '>i4');
      if (skops) return assert.equal(globalName(at('log')), 'numpy.log1p');
      assert.deepEqual((value('complex') as PyObject).args, [1, -2]);
      assert.deepEqual((value('range') as PyObject).args, [0, 3, 1]);
      assert.equal(className(at('log')), 'functools.partial');
      assert.equal(globalName(item(stateOf(at('log')), 0)), 'numpy.log1p');
      assert.equal(globalName(arg(at('log'), 0)), 'numpy.log1p');
    });

    it('arrays in every order', () => {
      const grid = { data: [0, 1, 2, 3, 4, 5], shape: [2, 3] };
      assert.deepEqual(floats(at('c_order')), grid);
      assert.deepEqual(floats(at('f_order')), grid);
      assert.deepEqual(floats(at('repeated')), grid);
      const cube = floats(at('cube'));
      assert.deepEqual(cube.shape, [3, 2, 4]);
      assert.deepEqual(cube.data.slice(0, 12), [0, 1, 2, 3, 12, 13, 14, 15, 4, 5, 6, 7]);
      assert.deepEqual(floats(at('strided')), { data: [0, 3, 6, 9], shape: [4] });
      assert.deepEqual(floats(at('empty')), { data: [], shape: [0, 3] });
      assert.deepEqual(floats(at('single_number')), { data: [3.5], shape: [] });
    });

    it('arrays of every number type and byte order', () => {
      assert.deepEqual(floats(at('big_endian')).data, [1.5, -2.25]);
      assert.deepEqual(floats(at('half')).data, [1.5, -65504, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN]);
      assert.deepEqual(floats(at('single')).data, [Math.fround(0.1)]);
      assert.deepEqual(floats(at('bools')).data, [1, 0]);
      assert.deepEqual([...asInt32(at('big_endian_ints')).data], [1, -2]);
      const ranges: readonly [string, PyValue[]][] = [
        ['i1', [-128, 1, 127]],
        ['i2', [-32768, 1, 32767]],
        ['i4', [-2147483648, 1, 2147483647]],
        ['i8', [-9223372036854775808n, 1, 9223372036854775807n]],
        ['u1', [0, 1, 255]],
        ['u2', [0, 1, 65535]],
        ['u4', [0, 1, 4294967295]],
        ['u8', [0, 1, 18446744073709551615n]],
      ];
      for (const [name, wanted] of ranges) {
        assert.deepEqual(elements(value(name) as NdArray), wanted, name);
        assert.deepEqual(floats(at(name)).data, wanted.map(Number), name);
      }
    });

    it('arrays of text, bytes and objects', () => {
      assert.deepEqual(asStrings(at('names')), ['ä', '😀b', '']);
      assert.deepEqual(asStrings(at('big_endian_names')), ['xy']);
      assert.deepEqual(asStrings(at('codes')), ['ab', 'c']);
      const objects = value('objects') as NdArray;
      assert.deepEqual([...objects.shape], [2, 2]);
      assert.deepEqual(elements(objects), [1, 'a', null, 2.5]);
    });

    it('records and dates', { skip: skops && 'not in this file' }, () => {
      const records = at('records');
      assert.deepEqual(floats(field(records, 'flag')), { data: [1, 2], shape: [2] });
      assert.deepEqual(floats(field(records, 'value')), { data: [0.5, -0.5], shape: [2] });
      assert.deepEqual(floats(field(records, 'pair')), { data: [1, 2, 3, 4], shape: [2, 2] });
      assert.throws(() => field(records, 'none'), /LinearRegression\.records has no field none/);
      assert.equal((value('days') as NdArray).dtype.kind, 'M');
    });

    it('numpy scalars are plain values', () => {
      assert.equal(value('float64'), 0.1);
      assert.equal(value('float32'), Math.fround(0.1));
      assert.equal(value('int64'), -5);
      assert.equal(value('bool_'), true);
      assert.equal(asString(at('str_')), 'scalar');
    });

    it('masked arrays and random states are held', () => {
      assert.equal((value('masked') as PyObject).cls.name, 'MaskedArray');
      assert.ok(value('random') instanceof PyObject);
      assert.ok(value('generator') instanceof PyObject);
    });

    it('sparse matrices of every format', () => {
      for (const name of ['csr', 'csc', 'coo', 'csr_array']) {
        const { data, shape } = asDense(at(name));
        assert.deepEqual([...data], [0, 1.5, 0, 2.5, 0, 0], name);
        assert.deepEqual([...shape], [2, 3], name);
        assert.equal(asSparse(at(name)).values.length, 2, name);
      }
      assert.deepEqual([...asDense(at('dia')).data], [1, 0, 0, 2]);
    });
  });
}
