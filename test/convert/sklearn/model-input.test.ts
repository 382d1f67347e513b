import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { readModelInput } from '../../../src/convert/sklearn/model-input.js';
import { root } from '../../../src/formats/pickle/access.js';
import type { PyObject, PyValue } from '../../../src/formats/pickle/values.js';
import { fitted, objects, tuple } from '../../support/fitted.js';

const UNSEEN = { n_features_in_: null };
const SCALER = 'sklearn.preprocessing._data.StandardScaler';

function pipeline(...steps: PyValue[]): PyObject {
  return fitted('sklearn.pipeline.Pipeline', { ...UNSEEN, steps: steps.map(step => tuple('step', step)) });
}

const words = fitted('sklearn.feature_extraction.text.CountVectorizer', UNSEEN);

describe('what a model wants of a request', () => {
  it('the columns it has seen, by their names', () => {
    const scaler = fitted(SCALER, { feature_names_in_: objects('b', 'a') });
    const input = readModelInput(root(scaler));
    assert.deepEqual(input, { columns: 2, names: ['b', 'a'], vector: false, chooses: false });
  });

  it('no more columns than there can be', () => {
    const scaler = fitted(SCALER, { n_features_in_: 2 ** 22 + 1 });
    assert.throws(() => convertSklearn(scaler), {
      code: 'INVALID_ARGUMENT',
      message: /4194305 columns are too many/,
    });
  });

  it('as many names as columns', () => {
    const scaler = fitted(SCALER, { n_features_in_: 3, feature_names_in_: objects('b', 'a') });
    assert.throws(() => readModelInput(root(scaler)), {
      code: 'INVALID_ARGUMENT',
      message: /StandardScaler: 2 feature names for 3 columns/,
    });
  });

  it('what the first step of a pipeline that has seen some wants', () => {
    const inner = pipeline('passthrough', null, fitted(SCALER, { n_features_in_: 5 }), fitted(SCALER, {}));
    assert.equal(readModelInput(root(pipeline(inner))).columns, 5);
  });

  it('what the members of an ensemble or a search want', () => {
    const member = pipeline(fitted(SCALER, { n_features_in_: 7 }));
    const vote = fitted('sklearn.ensemble._voting.VotingClassifier', { ...UNSEEN, estimators_: [member] });
    assert.equal(readModelInput(root(vote)).columns, 7);
    const search = fitted('sklearn.model_selection._search.GridSearchCV', { ...UNSEEN, best_estimator_: vote });
    assert.equal(readModelInput(root(search)).columns, 7);
  });

  it('one column of text, also as a vector', () => {
    const input = readModelInput(root(pipeline(words, fitted(SCALER, { n_features_in_: 99 }))));
    assert.deepEqual([input.columns, input.vector], [1, true]);
  });

  it('any number of columns for a function of single numbers', () => {
    const name = 'sklearn.preprocessing._function_transformer.FunctionTransformer';
    assert.equal(readModelInput(root(fitted(name, UNSEEN))).columns, -1);
    assert.equal(readModelInput(root(fitted(SCALER, UNSEEN))).columns, undefined);
  });

  it('only some of its columns, where a transformer chooses them', () => {
    const chooser = fitted('sklearn.compose._column_transformer.ColumnTransformer', {});
    const search = fitted('sklearn.model_selection._search.GridSearchCV', {
      best_estimator_: pipeline(chooser, fitted(SCALER, {})),
    });
    assert.equal(readModelInput(root(search)).chooses, true);
    assert.equal(readModelInput(root(pipeline(fitted(SCALER, {}), chooser))).chooses, false);
  });

  it('ends for a model that contains itself', () => {
    const search = fitted('sklearn.model_selection._search.GridSearchCV', UNSEEN);
    search.attributes.set('best_estimator_', search);
    assert.equal(readModelInput(root(search)).columns, undefined);
  });
});
