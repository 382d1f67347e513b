import { badFile } from '../../formats/errors.js';
import { asString, attr, items, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { rounded } from './datatypes.js';
import { matrixOf, transposed, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { fittedColumns, fittedDatatype } from './fitted-columns.js';
import { readLabels } from './labels.js';
import { flattened } from './linear-map.js';
import type { Methods } from './methods.js';
import { checkScores, classByScore, labelsByScore, twoShares } from './scores.js';

export const neuralNetworkConverters: Record<string, EstimatorConverter> = {
  MLPClassifier: convertClassifier,
  MLPRegressor: convertRegressor,
  BernoulliRBM: convertMachine,
};

interface Network {
  /** The last layer's activations: [rows], or [rows, outputs] when there are several. */
  readonly outputs: Ref;
  readonly datatype: OutputDatatype;
}

function feedForward(g: GraphBuilder, estimator: Place, features: Features): Network {
  const weights = items(attr(estimator, 'coefs_'));
  const biases = items(attr(estimator, 'intercepts_'));
  if (weights.length === 0 || weights.length !== biases.length)
    throw badFile(`${estimator.path}: ${weights.length} layers of coefs_, ${biases.length} of intercepts_`);
  const hidden = asString(attr(estimator, 'activation'));
  const last = asString(attr(estimator, 'out_activation_'));
  let units = features;
  weights.forEach((place, layer) => {
    const matrix = matrixOf(place, units.width, undefined);
    const sums = units.product(matrix, vectorOf(biases[layer], matrix.columns));
    units = new MatrixFeatures(g, activate(g, estimator, layer === weights.length - 1 ? last : hidden, sums));
  });
  const outputs = units.matrix();
  const datatype = fittedDatatype(weights[0], features);
  return { outputs: flattened(g, rounded(g, outputs, datatype)), datatype };
}

function activate(g: GraphBuilder, estimator: Place, activation: string, x: Ref): Ref {
  switch (activation) {
    case 'identity':
      return x;
    case 'relu':
      return g.maximum(x, 0);
    case 'tanh':
      return g.tanh(x);
    case 'logistic':
      return g.sigmoid(x);
    case 'exp':
      return g.exp(x);
    case 'softmax':
      return g.softmax(x);
    default:
      throw unsupported(estimator, `activation '${activation}'`);
  }
}

function convertClassifier({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { outputs, datatype } = feedForward(g, estimator, features);
  const predictProba = outputs.shape.length === 1 ? twoShares(g, outputs) : outputs;
  const answers = { predictProba, precision: datatype, missing: false };
  if (asString(attr(attr(estimator, '_label_binarizer'), 'y_type_')).startsWith('multilabel')) {
    return { ...answers, predict: labelsByScore(g, outputs, 0.5) };
  }
  const labels = readLabels(attr(estimator, 'classes_'));
  checkScores(estimator, outputs, labels);
  return { ...answers, predict: classByScore(g, outputs, labels, 0.5) };
}

function convertRegressor({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { outputs, datatype } = feedForward(g, estimator, features);
  return { predict: { kind: 'value', value: outputs, datatype }, missing: false };
}

/** The probability of each hidden unit. */
function convertMachine({ g }: Conversion, estimator: Place, features: Features): Methods {
  const place = attr(estimator, 'components_');
  const weights = transposed(matrixOf(place, undefined, features.width));
  const bias = vectorOf(attr(estimator, 'intercept_hidden_'), weights.columns);
  const values = g.sigmoid(features.product(weights, bias));
  return { transform: fittedColumns(g, values, place, features), missing: false };
}
