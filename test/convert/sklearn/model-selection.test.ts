import { test } from 'node:test';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject } from '../../support/python-models.js';

goldenSuite('searches', ['grid-search', 'randomized-search']);

test('a search that kept no estimator says so', () => {
  const search = goldenObject('sklearn-1.3.2/grid-search');
  search.attributes.set('estimator', at(search, 'best_estimator_'));
  search.attributes.delete('best_estimator_');
  assertRefused(search, /GridSearchCV with refit=False cannot be served yet/);
});
