import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDepth } from '../../../src/formats/pickle/depth.js';
import { PyDict, PyGlobal, PyObject, PySet, PyTuple, type PyValue } from '../../../src/formats/pickle/values.js';

/** Each wraps a value in one more level. */
const WRAPPERS: Readonly<Record<string, (inner: PyValue) => PyValue>> = {
  list: inner => [inner],
  tuple: inner => new PyTuple([1, inner]),
  set: inner => new PySet([inner], true),
  dict: inner => {
    const dict = new PyDict();
    dict.set('a', inner);
    return dict;
  },
  attribute: inner => {
    const object = new PyObject(new PyGlobal('sklearn.pipeline', 'Pipeline'));
    object.attributes.set('steps', inner);
    return object;
  },
  argument: inner => new PyObject(new PyGlobal('builtins', 'slice'), [inner]),
};

describe('depth', () => {
  for (const [name, wrap] of Object.entries(WRAPPERS)) {
    it(`counts levels of ${name}`, () => {
      let value: PyValue = [];
      for (let level = 1; level < 50; level++) value = wrap(value);
      checkDepth(value, 50);
      assert.throws(() => checkDepth(value, 49), /deeper than 49 levels/);
    });
  }

  it('finds the longest way, also when its parts were visited before', () => {
    const parts: PyValue[] = [[[]]];
    for (let level = 0; level < 100; level++) parts.push([parts[level]]);
    assert.throws(() => checkDepth(parts, 60), /deeper than 60 levels/);
    checkDepth(parts, 103);
  });

  it('values that contain themselves or share parts endlessly end', () => {
    const ring: PyValue[] = [];
    ring.push(ring, [ring]);
    checkDepth(ring, 5);
    let laughs: PyValue = ['lol'];
    for (let level = 0; level < 40; level++) laughs = [laughs, laughs, laughs];
    checkDepth(laughs, 50);
  });

  it('100,000 levels are no problem but a refusal', () => {
    let value: PyValue = [];
    for (let level = 0; level < 100_000; level++) value = [value];
    assert.throws(() => checkDepth(value, 1000), /deeper than 1000 levels/);
  });
});
