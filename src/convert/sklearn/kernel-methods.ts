import { asFloat64, attr, type Place } from '../../formats/pickle/access.js';
import { columnMeans, matrixOf, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { fittedColumns } from './fitted-columns.js';
import { readLabels } from './labels.js';
import type { Methods } from './methods.js';
import { pairwiseKernel, readPairwiseKernel } from './pairwise-kernels.js';

/** Estimators that see rows through a kernel with the rows they were fitted on. */
export const kernelMethodConverters: Record<string, EstimatorConverter> = {
  KernelRidge: convertRidge,
  KernelPCA: convertPca,
  LabelPropagation: convertPropagation,
  LabelSpreading: convertPropagation,
  Nystroem: convertNystroem,
};

function convertRidge({ g }: Conversion, estimator: Place, features: Features): Methods {
  const points = matrixOf(attr(estimator, 'X_fit_'), undefined, features.width);
  const dual = attr(estimator, 'dual_coef_');
  const kernel = pairwiseKernel(g, estimator, readPairwiseKernel(estimator), features.matrix(), points);
  if (asFloat64(dual).shape.length === 1) {
    const value = g.matmul(kernel, g.constant(vectorOf(dual, points.rows)));
    return { predict: { kind: 'value', value, datatype: 'FP64' }, missing: false };
  }
  const weights = matrixOf(dual, points.rows, undefined);
  const value = g.matmul(kernel, g.matrix(weights.data, weights.rows, weights.columns));
  return { predict: { kind: 'value', value, datatype: 'FP64' }, missing: false };
}

/**
 * The centred kernel, K - mean of its row - K_fit_rows_ + K_fit_all_, times the eigenvectors by the roots of their eigenvalues;
 * all of it is linear in K, so one product does.
 */
function convertPca({ g }: Conversion, estimator: Place, features: Features): Methods {
  const points = matrixOf(attr(estimator, 'X_fit_'), undefined, features.width);
  const { rows } = points;
  const eigenvectors = matrixOf(attr(estimator, 'eigenvectors_'), rows, undefined);
  const { columns } = eigenvectors;
  const eigenvalues = vectorOf(attr(estimator, 'eigenvalues_'), columns);
  const centerer = attr(estimator, '_centerer');
  const rowMeans = vectorOf(attr(centerer, 'K_fit_rows_'), rows);
  const mean = vectorOf(attr(centerer, 'K_fit_all_'), 1)[0];

  const weights = eigenvectors.data.map((value, i) => {
    const eigenvalue = eigenvalues[i % columns];
    return eigenvalue === 0 ? 0 : value / Math.sqrt(eigenvalue);
  });
  const bias = new Float64Array(columns);
  for (let i = 0; i < weights.length; i++) bias[i % columns] += (mean - rowMeans[Math.floor(i / columns)]) * weights[i];
  const means = columnMeans({ data: weights, rows, columns });
  const centred = weights.map((value, i) => value - means[i % columns]);
  const kernel = pairwiseKernel(g, estimator, readPairwiseKernel(estimator), features.matrix(), points);
  const values = g.linear(kernel, g.matrix(centred, rows, columns), g.constant(bias));
  return { transform: fittedColumns(g, values, attr(estimator, 'eigenvectors_'), features), missing: false };
}

/** The kernel with some of the rows, times a matrix. */
function convertNystroem({ g }: Conversion, estimator: Place, features: Features): Methods {
  const points = matrixOf(attr(estimator, 'components_'), undefined, features.width);
  const basis = matrixOf(attr(estimator, 'normalization_'), points.rows, points.rows);
  const kernel = pairwiseKernel(g, estimator, readPairwiseKernel(estimator), features.matrix(), points);
  const values = g.matmul(kernel, g.transpose(g.matrix(basis.data, points.rows, points.rows), [1, 0]));
  return { transform: { features: new MatrixFeatures(g, values), datatype: 'FP64' }, missing: false };
}

/** The labels of the fitted rows, weighted by how near these are: by a kernel, or the nearest alike. */
function convertPropagation({ g }: Conversion, estimator: Place, features: Features): Methods {
  const labels = readLabels(attr(estimator, 'classes_'));
  const points = matrixOf(attr(estimator, 'X_'), undefined, features.width);
  const shares = matrixOf(attr(estimator, 'label_distributions_'), points.rows, labels.count);
  const kernel = readPairwiseKernel(estimator);
  if (kernel.name !== 'rbf') throw unsupported(estimator, `kernel '${kernel.name}'`);
  const weights = pairwiseKernel(g, estimator, kernel, features.matrix(), points);
  const votes = g.matmul(weights, g.matrix(shares.data, points.rows, labels.count));
  const predictProba = g.div(votes, g.sum(votes, 1, true));
  return { predict: { kind: 'class', index: g.argmax(predictProba), labels }, predictProba, missing: false };
}
