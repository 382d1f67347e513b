import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dtype } from '../../../src/formats/pickle/dtype.js';
import { arrayOfBytes } from '../../../src/formats/pickle/numpy.js';
import {
  PyDict,
  PyGlobal,
  PyObject,
  PySet,
  PyTuple,
  type PyValue,
  typeName,
} from '../../../src/formats/pickle/values.js';

describe('dict', () => {
  it('keys of different types stay apart, equal ones meet', () => {
    const dict = new PyDict();
    const keys: PyValue[] = [
      1,
      '1',
      1n << 60n,
      null,
      'null',
      new PyTuple([1, 2]),
      new PyTuple(['1', 2]),
      Buffer.from('1'),
    ];
    for (const [i, key] of keys.entries()) dict.set(key, i);
    assert.equal(dict.size, keys.length);
    assert.equal(dict.get(new PyTuple([1, 2])), 5);
    assert.equal(dict.get(new PyTuple(['1', 2])), 6);
    assert.equal(dict.get(Uint8Array.of(0x31)), 7);
    assert.equal(dict.get(Number.NaN), undefined);
    dict.set(new PyTuple([1, 2]), 'again');
    assert.equal(dict.size, keys.length);
    assert.deepEqual([...dict.keys()], keys);
  });

  it('looking for a key does not add it', () => {
    const dict = new PyDict();
    assert.equal(dict.has(new PyTuple([1])), false);
    assert.equal(dict.size, 0);
  });

  it("names of JavaScript's own are plain keys", () => {
    const dict = new PyDict();
    assert.equal(dict.get('__proto__'), undefined);
    assert.equal(dict.get('constructor'), undefined);
    dict.set('__proto__', 1);
    assert.equal(dict.get('__proto__'), 1);
  });

  it('mutable keys are refused as in Python', () => {
    for (const key of [[], new PyDict(), new PySet([], false), new PyTuple([[]])]) {
      assert.throws(() => new PyDict().set(key, 1), /a dict key cannot be/);
    }
    new PyDict().set(new PySet([2, 1], true), 1);
  });
});

it('types are called as in Python', () => {
  const array = arrayOfBytes(new Dtype('f', 8, true), [1, 2], false, new Uint8Array(16));
  const names: readonly [PyValue, string][] = [
    [null, 'None'],
    [true, 'bool'],
    [1, 'int'],
    [1.5, 'float'],
    [1n << 70n, 'int'],
    ['a', 'str'],
    [new Uint8Array(1), 'bytes'],
    [[], 'list'],
    [new PyTuple([]), 'tuple'],
    [new PyDict(), 'dict'],
    [new PySet([], true), 'frozenset'],
    [new Dtype('U', 12), 'dtype U3'],
    [array, '>f8 array of shape [1,2]'],
    [new PyGlobal('numpy', 'float64'), 'numpy.float64'],
    [new PyObject(new PyGlobal('sklearn.svm._classes', 'SVC')), 'sklearn.svm._classes.SVC object'],
  ];
  for (const [value, name] of names) assert.equal(typeName(value), name);
});
