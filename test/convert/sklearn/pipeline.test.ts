import { fitted, floats, tuple } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('pipelines and unions', ['pipeline-', 'feature-union-', 'container-']);

const line = fitted('sklearn.linear_model._base.LinearRegression', { coef_: floats([1, 2]), intercept_: 0 });

refusalSuite('pipelines and unions', [
  {
    name: 'a step that transforms nothing',
    estimator: fitted('sklearn.pipeline.Pipeline', { steps: [tuple('a', line), tuple('b', line)] }),
    says: /steps\[0\]\[1\]: a LinearRegression cannot be a step before others/,
  },
  {
    name: 'a union of nothing',
    estimator: fitted('sklearn.pipeline.FeatureUnion', { transformer_list: [tuple('a', 'drop')] }),
    says: /transformer_list: every transformer is dropped/,
  },
  {
    name: 'a pipeline that has seen nothing',
    estimator: fitted('sklearn.pipeline.Pipeline', {
      n_features_in_: null,
      steps: [tuple('a', fitted('sklearn.preprocessing._data.Normalizer', { n_features_in_: null, norm: 'l2' }))],
    }),
    says: /the file does not say how many columns it takes/,
  },
]);
