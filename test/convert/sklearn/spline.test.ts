import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('splines', ['spline']);

const SPLINE = 'sklearn.preprocessing._polynomial.SplineTransformer';
const bspline = (knots: readonly number[]) => fitted('scipy.interpolate._bsplines.BSpline', { _t: floats(knots) });
const splines = {
  degree: 1,
  extrapolation: 'constant',
  include_bias: true,
  bsplines_: [bspline([0, 1, 2, 3]), bspline([0, 1, 2, 3])],
};

refusalSuite('splines', [
  {
    name: 'splines of another number of features',
    estimator: fitted(SPLINE, { ...splines, bsplines_: [bspline([0, 1, 2, 3])] }),
    says: /bsplines_: expected splines of degree 1 for 2 features/,
  },
  {
    name: 'features with unlike numbers of knots',
    estimator: fitted(SPLINE, { ...splines, bsplines_: [bspline([0, 1, 2, 3]), bspline([0, 1, 2])] }),
    says: /bsplines_: expected splines of degree 1/,
  },
  {
    name: 'fewer knots than the degree needs',
    estimator: fitted(SPLINE, { ...splines, degree: 5 }),
    says: /bsplines_: expected splines of degree 5/,
  },
  {
    name: 'an unknown extrapolation',
    estimator: fitted(SPLINE, { ...splines, extrapolation: 'cubic' }),
    says: /extrapolation 'cubic'/,
  },
]);
