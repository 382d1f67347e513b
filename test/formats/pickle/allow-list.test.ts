import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedGlobals, isAllowed } from '../../../src/formats/pickle/allow-list.js';

describe('the list of allowed names', () => {
  const allowed = [
    'sklearn.svm._classes SVC',
    'sklearn.ensemble._hist_gradient_boosting.predictor TreePredictor',
    'sklearn.calibration _CalibratedClassifier',
    'sklearn.metrics._dist_metrics newObj',
    'sklearn.metrics._dist_metrics EuclideanDistance64',
    'sklearn.tree._tree Tree',
    '_loss CyHalfBinomialLoss',
    'sklearn._loss._loss __pyx_unpickle_CyHalfMultinomialLoss',
    'numpy log1p',
    'numpy._core.multiarray _reconstruct',
    'scipy.sparse._csr csr_array',
    'collections OrderedDict',
    'sklearn.metrics._classification f1_score',
    'sklearn.metrics.pairwise rbf_kernel',
    'pandas.core.indexes.base _new_Index',
    'xgboost.sklearn XGBClassifier',
    'lightgbm.basic Booster',
  ];
  for (const pair of allowed) {
    const [module, name] = pair.split(' ');
    it(`${pair} may be named`, () => assert.ok(isAllowed(module, name)));
  }

  const forbidden = [
    ['os', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'getattr'],
    ['numpy', 'load'],
    ['pandas.core.series', 'Series'],
    ['sklearn.metrics._scorer', 'get_scorer'],
    ['joblib.numpy_pickle', 'load'],
    ['sklearn.svm._classes', 'SVC.__init__.__globals__'],
    ['sklearn.svm._classes', 'check_array'],
    ['sklearn.svm._classes', '__builtins__'],
    ['sklearn.svm._classes\nos', 'SVC'],
    ['sklearn.svm._classes.', 'SVC'],
    ['sklearn.svm', '_classes.SVC'],
    ['sklearnx.svm._classes', 'SVC'],
    ['SKLEARN.svm._classes', 'SVC'],
    ['sklearn.utils._testing', 'TempMemmap'],
    ['sklearn.datasets._base', 'os'],
    ['__proto__', 'toString'],
    ['constructor', 'name'],
    ['', ''],
  ];
  for (const [module, name] of forbidden) {
    it(`${JSON.stringify(`${module} ${name}`)} may not`, () => assert.ok(!isAllowed(module, name)));
  }

  it('a refusal says what well-meant files can do about it', () => {
    const { find } = new AllowedGlobals();
    assert.throws(() => find('__main__', 'clean'), /__main__\.clean is not allowed in a model file: .*the script/);
    assert.throws(() => find('cloudpickle.cloudpickle', '_make_function'), /carries Python code/);
    assert.throws(() => find('joblib.numpy_pickle', 'NDArrayWrapper'), /joblib before 0\.10/);
    assert.throws(() => find('copy_reg', 'x\u001b[31m'), /"copy_reg\.x\\u001b\[31m" is not allowed/);
  });

  it('the names found are listed once each', () => {
    const globals = new AllowedGlobals();
    assert.equal(globals.find('__builtin__', 'set'), globals.find('builtins', 'set'));
    globals.find('numpy', 'dtype');
    assert.deepEqual(
      globals.list().map(global => global.text),
      ['builtins.set', 'numpy.dtype'],
    );
  });
});
