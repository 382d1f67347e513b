import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { fitted, integers } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';
import { answers } from '../../support/run-kernel.js';

goldenSuite('labels', ['label-']);

const BINARIZER = 'sklearn.preprocessing._label.LabelBinarizer';
const binarizer = (...classes: number[]) =>
  fitted(BINARIZER, {
    n_features_in_: null,
    classes_: integers(classes),
    y_type_: 'multiclass',
    neg_label: -1,
    pos_label: 2,
  });

describe('a binarizer', () => {
  it('has one column for two classes', async () => {
    const plan = convertSklearn(binarizer(3, 5));
    assert.deepEqual([...(await answers(plan, [[5], [3], [4]])).data], [2, -1, -1]);
  });

  it('has a column of "no" for a single class', async () => {
    assert.deepEqual([...(await answers(convertSklearn(binarizer(3)), [[3], [4]])).data], [-1, -1]);
  });

  it('has a column per class for more', async () => {
    const value = await answers(convertSklearn(binarizer(1, 2, 3)), [[2], [9]]);
    assert.deepEqual([...value.data], [-1, 2, -1, -1, -1, -1]);
  });

  it('takes its one column as a vector too', () => {
    assert.deepEqual(convertSklearn(binarizer(3, 5)).input.types, ['number']);
  });
});

refusalSuite('labels', [
  {
    name: 'sets of labels',
    estimator: fitted(BINARIZER, { classes_: integers([0, 1]), y_type_: 'multilabel-indicator' }),
    says: /labels of type multilabel-indicator/,
  },
  {
    name: 'a binarizer of sets',
    estimator: fitted('sklearn.preprocessing._label.MultiLabelBinarizer', { classes_: integers([0, 1]) }),
    says: /MultiLabelBinarizer cannot be served/,
  },
]);
