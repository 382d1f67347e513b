import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { NdArray } from '../../../src/formats/pickle/values.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject, objectAt } from '../../support/python-models.js';

goldenSuite('trees and forests', ['tree-', 'extra-tree', 'random-forest', 'random-trees']);

const FOREST = 'sklearn-1.9.1/random-forest-string-labels';

test('a forest is kernels only: no ONNX session', () => {
  const { nodes, outputs } = convertSklearn(goldenObject(FOREST));
  const logarithm = outputs.find(({ method }) => method === 'predict_log_proba')?.value;
  const onnx = nodes.filter(node => node.kind === 'onnx' && !node.outputs.includes(logarithm ?? -1));
  assert.deepEqual(onnx, []);
  assert.equal(nodes.filter(node => node.kind === 'kernel' && node.kernel === 'trees').length, 1);
});

test('a forest without trees is refused', () => {
  const forest = goldenObject(FOREST);
  forest.attributes.set('estimators_', []);
  assertRefused(forest, /RandomForestClassifier\.estimators_: expected estimators, got none/);
});

test('a tree with fewer classes than its forest is refused', () => {
  const forest = goldenObject(FOREST);
  const tree = objectAt(forest, 'estimators_', 3, 'tree_');
  const values = at(tree, 'values') as NdArray;
  const [nodes, , classes] = values.shape;
  const fewer = new NdArray(values.dtype, [nodes, 1, classes - 1], values.strides, values.bytes);
  tree.attributes.set('values', fewer);
  assertRefused(forest, /estimators_\[3\]\.tree_: values of shape \[1,2\] do not fit \[3\] classes/);
});

test('a tree whose nodes and values differ in number is refused', () => {
  const forest = goldenObject(FOREST);
  const tree = objectAt(forest, 'estimators_', 0, 'tree_');
  const values = at(tree, 'values') as NdArray;
  const [nodes, ...rest] = values.shape;
  tree.attributes.set('values', new NdArray(values.dtype, [nodes - 1, ...rest], values.strides, values.bytes));
  assertRefused(forest, /estimators_\[0\]\.tree_: nodes of shape/);
});

test('a child that is its own ancestor is refused', () => {
  const forest = goldenObject(FOREST);
  const nodes = at(forest, 'estimators_', 0, 'tree_', 'nodes') as NdArray;
  const bytes = nodes.bytes.slice();
  bytes.fill(0, 0, 8);
  const tree = objectAt(forest, 'estimators_', 0, 'tree_');
  tree.attributes.set('nodes', new NdArray(nodes.dtype, nodes.shape, nodes.strides, bytes));
  assertRefused(forest, /tree 0: node 0 has the child 0/);
});
