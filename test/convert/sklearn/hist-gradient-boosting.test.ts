import { test } from 'node:test';
import { NdArray } from '../../../src/formats/pickle/values.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject, objectAt } from '../../support/python-models.js';

goldenSuite('histogram gradient boosting', ['hist-']);

const HIST = 'sklearn-1.3.2/hist-categorical-odd';

test('a number of trees that does not fit the classes is refused', () => {
  const model = goldenObject(HIST);
  model.attributes.set('n_trees_per_iteration_', 1);
  assertRefused(model, /n_trees_per_iteration_: expected 3/);
});

test('a stage that lacks a tree is refused', () => {
  const model = goldenObject(HIST);
  (at(model, '_predictors', 0) as unknown[]).pop();
  assertRefused(model, /_predictors\[0\]: expected 3 trees, got 2/);
});

test('nodes that ask for a set of categories that is not there are refused', () => {
  const model = goldenObject(HIST);
  const tree = objectAt(model, '_predictors', 0, 0);
  const { dtype, strides, bytes } = at(tree, 'raw_left_cat_bitsets') as NdArray;
  tree.attributes.set('raw_left_cat_bitsets', new NdArray(dtype, [0, 8], strides, bytes));
  assertRefused(model, /raw_left_cat_bitsets: node \d+ has no set of categories/);
});
