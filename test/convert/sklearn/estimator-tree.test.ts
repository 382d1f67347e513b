import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimatorTree } from '../../../src/convert/sklearn/estimator-tree.js';
import { PyGlobal, PyObject, PyTuple, type PyValue } from '../../../src/formats/pickle/values.js';

function estimator(name: string, attributes: Record<string, PyValue>): PyObject {
  const object = new PyObject(new PyGlobal('sklearn.test', name));
  for (const [key, value] of Object.entries(attributes)) object.attributes.set(key, value);
  return object;
}

test('tells parameters and the estimators among them, nothing that was learnt', () => {
  const scaler = estimator('Scaler', { with_mean: true, mean_: 1 });
  const boosted = estimator('Boosting', { estimator: estimator('Tree', { max_depth: null }), n_estimators: 5 });
  const pipeline = estimator('Pipeline', {
    steps: [new PyTuple(['scale', scaler]), new PyTuple(['pass', 'passthrough']), new PyTuple(['boost', boosted])],
    memory: null,
    _sklearn_version: '1.9.1',
  });
  assert.deepEqual(JSON.parse(JSON.stringify(estimatorTree(pipeline))), {
    className: 'sklearn.test.Pipeline',
    parameters: { memory: 'None' },
    members: [
      { name: 'scale', className: 'sklearn.test.Scaler', parameters: { with_mean: 'True' }, members: [] },
      {
        name: 'boost',
        className: 'sklearn.test.Boosting',
        parameters: { n_estimators: '5' },
        members: [
          { name: 'estimator', className: 'sklearn.test.Tree', parameters: { max_depth: 'None' }, members: [] },
        ],
      },
    ],
  });
});

test('ends, whatever is inside of what', () => {
  const own = estimator('Own', { kind: 'x' });
  own.attributes.set(
    'steps',
    Array.from({ length: 50 }, () => own),
  );
  const count = (node: ReturnType<typeof estimatorTree>): number =>
    node.members.reduce((total, member) => total + count(member), 1);
  assert.ok(count(estimatorTree(own)) <= 500);
});
