import { test } from 'node:test';
import { NdArray, PyGlobal, PyObject } from '../../../src/formats/pickle/values.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject } from '../../support/python-models.js';

goldenSuite('gradient boosting', ['gradient-boosting']);

const BOOSTING = 'sklearn-1.9.1/gradient-boosting-multiclass';

test('stages that lack a class are refused', () => {
  const boosting = goldenObject(BOOSTING);
  const { dtype, shape, strides, bytes, objects } = at(boosting, 'estimators_') as NdArray;
  const flat = new NdArray(dtype, [shape[0] * shape[1], 1], strides, bytes, objects);
  boosting.attributes.set('estimators_', flat);
  assertRefused(boosting, /GradientBoostingClassifier\.estimators_: expected trees of shape \[stages,3\]/);
});

test('an initial estimator that cannot be served is named', () => {
  const boosting = goldenObject(BOOSTING);
  boosting.attributes.set('init_', new PyObject(new PyGlobal('sklearn.cluster._dbscan', 'DBSCAN')));
  assertRefused(boosting, /GradientBoostingClassifier\.init_: a sklearn\.cluster\._dbscan\.DBSCAN cannot be served/);
});
