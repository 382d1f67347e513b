import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showValue } from '../../../src/formats/pickle/show.js';
import { PyDict, PyGlobal, PyObject, PySet, PyTuple, type PyValue } from '../../../src/formats/pickle/values.js';

test('shows values as Python does, and only so much of them', () => {
  const dict = new PyDict();
  dict.set('a', 1);
  dict.set(2n ** 60n, [true, null]);
  const shown: [PyValue, string][] = [
    [null, 'None'],
    [false, 'False'],
    [0.5, '0.5'],
    [Number.NaN, 'nan'],
    [2n ** 60n, '1152921504606846976'],
    ['rbf', "'rbf'"],
    ['x'.repeat(100), `'${'x'.repeat(60)}...'`],
    [[1, 2, 3, 4, 5], '[1, 2, 3, 4, 5]'],
    [[1, 2, 3, 4, 5, 6], '[1, 2, 3, 4, 5, ...]'],
    [new PyTuple([1, 'a']), "(1, 'a')"],
    [new PySet([1], false), '{1}'],
    [dict, "{'a': 1, 1152921504606846976: [True, None]}"],
    [[[[[1]]]], '[[[list]]]'],
    [new PyGlobal('numpy', 'float64'), 'numpy.float64'],
    [new PyObject(new PyGlobal('sklearn.svm._classes', 'SVC')), 'SVC()'],
    [Uint8Array.of(1), 'bytes'],
  ];
  for (const [value, text] of shown) assert.equal(showValue(value), text);
});
