import { dict, fitted, named } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('function transformer', ['function-transformer']);

const FUNCTION = 'sklearn.preprocessing._function_transformer.FunctionTransformer';
const transformer = { validate: false, kw_args: null };

refusalSuite('function transformer', [
  {
    name: 'a function of whole arrays',
    estimator: fitted(FUNCTION, { ...transformer, func: named('numpy.cumsum') }),
    says: /FunctionTransformer with the function cumsum/,
  },
  {
    name: 'an argument that is not known',
    estimator: fitted(FUNCTION, { ...transformer, func: named('numpy.round'), kw_args: dict({ out: 1 }) }),
    says: /the argument out of round/,
  },
  {
    name: 'what is no function',
    estimator: fitted(FUNCTION, { ...transformer, func: 'log' }),
    says: /a function that is not one of numpy or scipy/,
  },
]);
