import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  asBool,
  asFloat64,
  asInt,
  asInt32,
  asNumber,
  asStrings,
  attr,
  className,
  entry,
  hasAttr,
  item,
  items,
  optionalAttr,
  optionalEntry,
  root,
  sklearnVersion,
} from '../../../src/formats/pickle/access.js';
import { Dtype } from '../../../src/formats/pickle/dtype.js';
import { arrayOfBytes, arrayOfObjects } from '../../../src/formats/pickle/numpy.js';
import { PyDict, PyGlobal, PyObject, PyTuple, type PyValue } from '../../../src/formats/pickle/values.js';

function object(attributes: Readonly<Record<string, PyValue>>): PyObject {
  const made = new PyObject(new PyGlobal('sklearn.pipeline', 'Pipeline'));
  for (const [name, value] of Object.entries(attributes)) made.attributes.set(name, value);
  return made;
}

const place = (value: PyValue) => ({ path: 'x', value });

describe('access', () => {
  it('errors name the whole path, what was expected and what came', () => {
    const model = root(object({ steps: [new PyTuple(['svc', object({ gamma: 'scale' })])] }));
    const gamma = attr(item(item(attr(model, 'steps'), 0), 1), 'gamma');
    assert.equal(gamma.path, 'Pipeline.steps[0][1].gamma');
    assert.throws(() => asNumber(gamma), /^ServerError: Pipeline\.steps\[0\]\[1\]\.gamma: expected a number, got str$/);
    assert.throws(() => attr(model, 'coef_'), /Pipeline has no attribute coef_: it is not fitted/);
    assert.throws(() => attr(model, 'verbose'), /Pipeline has no attribute verbose$/);
    assert.throws(() => item(attr(model, 'steps'), 4), /Pipeline\.steps has 1 items, so none at 4/);
    assert.throws(() => items(gamma), /expected a list, got str/);
    assert.throws(() => className(gamma), /expected an object, got str/);
  });

  it("an attribute that is None is there, one of JavaScript's own is not", () => {
    const model = root(object({ none: null }));
    assert.equal(optionalAttr(model, 'none')?.value, null);
    assert.equal(hasAttr(model, 'constructor'), false);
    assert.equal(hasAttr(model, '__proto__'), false);
  });

  it('entries of dicts are found by key', () => {
    const dict = new PyDict();
    dict.set('a', 1);
    dict.set(2, null);
    assert.equal(entry(place(dict), 'a').path, 'x["a"]');
    assert.equal(optionalEntry(place(dict), 2)?.value, null);
    assert.equal(optionalEntry(place(dict), '2'), undefined);
    assert.throws(() => entry(place(dict), 'b'), /x has no entry "b"/);
  });

  it('numbers are taken from scalars and arrays of one', () => {
    const one = arrayOfBytes(new Dtype('f', 8), [1], false, new Uint8Array(Float64Array.of(2.5).buffer));
    assert.equal(asNumber(place(one)), 2.5);
    assert.equal(asNumber(place(true)), 1);
    assert.equal(asNumber(place(1n << 60n)), 2 ** 60);
    assert.throws(() => asInt(place(2.5)), /expected a whole number, got 2\.5/);
    assert.throws(() => asNumber(place(null)), /expected a number, got None/);
    assert.throws(() => asBool(place('yes')), /expected True or False, got str/);
    assert.equal(asBool(place(1)), true);
  });

  it('numbers come from lists, tuples and arrays of objects too', () => {
    assert.deepEqual([...asFloat64(place([1, true, 2.5])).data], [1, 1, 2.5]);
    assert.deepEqual(asFloat64(place(new PyTuple([1, 2]))).shape, [2]);
    assert.deepEqual(asFloat64(place(3)).shape, []);
    const objects = arrayOfObjects(new Dtype('O', 8), [2, 1], [1, 2]);
    assert.deepEqual(asFloat64(place(objects)).shape, [2, 1]);
    assert.throws(() => asFloat64(place([1, 'a'])), /x\[1\]: expected a number, got str/);
    assert.throws(() => asFloat64(place('many')), /x: expected a number, got str/);
    assert.throws(() => asFloat64(place(new PyDict())), /x: expected numbers, got dict/);
  });

  it('what is asked for can be changed without changing the file', () => {
    const bytes = new Uint8Array(Float64Array.of(1, 2).buffer);
    const array = place(arrayOfBytes(new Dtype('f', 8), [2], false, bytes));
    asFloat64(array).data[0] = 9;
    assert.deepEqual([...asFloat64(array).data], [1, 2]);
  });

  it('whole numbers must be whole and fit', () => {
    assert.deepEqual([...asInt32(place([1, -2])).data], [1, -2]);
    assert.throws(() => asInt32(place([1.5])), /within 32 bits, got 1\.5/);
    assert.throws(() => asInt32(place([2 ** 31])), /within 32 bits, got 2147483648/);
    assert.throws(() => asInt32(place([Number.NaN])), /within 32 bits, got NaN/);
  });

  it('strings come from lists and arrays', () => {
    assert.deepEqual(asStrings(place(['a', Buffer.from('b')])), ['a', 'b']);
    assert.throws(() => asStrings(place(['a', 1])), /x\[1\]: expected a string, got int/);
    assert.throws(() => asStrings(place(1)), /expected strings, got int/);
  });

  it('the version that wrote a model is read as numbers', () => {
    assert.deepEqual(sklearnVersion(root(object({ _sklearn_version: '1.10.dev0' }))), [1, 10]);
    assert.throws(() => sklearnVersion(root(object({ _sklearn_version: 'new' }))), /"new" is no version/);
    assert.throws(() => sklearnVersion(root(object({}))), /no attribute _sklearn_version/);
  });

  it('an array may be mentioned often, but its copies must not take a thousand times the memory of the file', () => {
    const large = arrayOfBytes(new Dtype('i', 4), [2 ** 18], false, new Uint8Array(2 ** 20));
    const model = root(object({ estimators_: new Array<PyValue>(100).fill(large) }));
    const trees = items(attr(model, 'estimators_'));
    trees.slice(0, 64).forEach(asInt32);
    assert.throws(() => asInt32(trees[64]), /the arrays in 1048576 bytes of the file are used again and again/);
    const small = arrayOfBytes(new Dtype('u', 1), [10], false, new Uint8Array(10));
    for (let i = 0; i < 1000; i++) asInt32(place(small));
  });
});
