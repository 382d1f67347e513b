import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('Gaussian processes', ['gaussian-process']);

const kernel = (name: string, attributes: Record<string, number | string>) =>
  fitted(`sklearn.gaussian_process.kernels.${name}`, attributes);
const process = {
  X_train_: floats([0, 0, 1, 1], [2, 2]),
  alpha_: floats([1, 2]),
  _y_train_std: 1,
  _y_train_mean: 0,
};

refusalSuite('Gaussian processes', [
  {
    name: 'a smoothness without a closed form',
    estimator: fitted('sklearn.gaussian_process._gpr.GaussianProcessRegressor', {
      ...process,
      kernel_: kernel('Matern', { length_scale: 1, nu: 0.7 }),
    }),
    says: /Matern with nu=0\.7/,
  },
  {
    name: 'coefficients for another number of rows',
    estimator: fitted('sklearn.gaussian_process._gpr.GaussianProcessRegressor', {
      ...process,
      alpha_: floats([1, 2, 3]),
      kernel_: kernel('RBF', { length_scale: 1 }),
    }),
    says: /alpha_: expected shape \[1,2\], got \[1,3\]/,
  },
]);
