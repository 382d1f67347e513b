import type { PyValue } from '../../../src/formats/pickle/values.js';
import { fitted, floats, integers, named, objects } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('encoders', ['one-hot-', 'ordinal-']);

const oneHot = (attributes: Readonly<Record<string, PyValue>>) =>
  fitted('sklearn.preprocessing._encoders.OneHotEncoder', {
    categories_: [objects('a', 'b'), objects('x')],
    handle_unknown: 'error',
    drop_idx_: null,
    dtype: named('numpy.float64'),
    ...attributes,
  });

refusalSuite('encoders', [
  {
    name: 'categories of another number of columns',
    estimator: oneHot({ categories_: [objects('a')] }),
    says: /categories_: expected 2 arrays, got 1/,
  },
  {
    name: 'categories of mixed types',
    estimator: oneHot({ categories_: [objects('a', 1), objects('x')] }),
    says: /categories_\[0\]: categories must be of one type/,
  },
  {
    name: 'numbers that a double cannot tell apart',
    estimator: oneHot({ categories_: [integers([2 ** 60]), objects('x')] }),
    says: /too large to be told from its neighbours/,
  },
  {
    name: 'codes to drop of another number of columns',
    estimator: oneHot({ drop_idx_: integers([0]) }),
    says: /drop_idx_: expected 2 codes, got 1/,
  },
  {
    name: 'a grouping of another number of categories',
    estimator: oneHot({
      _infrequent_enabled: true,
      _default_to_infrequent_mappings: [integers([0, 1, 1]), null],
    }),
    says: /_default_to_infrequent_mappings\[0\]: does not fit 2 categories/,
  },
  {
    name: 'an unknown way with unknown categories',
    estimator: oneHot({ handle_unknown: 'guess' }),
    says: /handle_unknown 'guess'/,
  },
  {
    name: 'a type of numbers that there is no datatype for',
    estimator: oneHot({ dtype: named('numpy.complex128') }),
    says: /dtype: this type of numbers cannot be served/,
  },
  {
    name: 'a matrix of categories',
    estimator: fitted('sklearn.preprocessing._encoders.OrdinalEncoder', {
      categories_: [floats([1, 2], [2, 1]), floats([1])],
    }),
    says: /categories_\[0\]: expected a list of categories/,
  },
]);
