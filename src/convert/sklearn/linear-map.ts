import { badFile } from '../../formats/errors.js';
import { asFloat64, attr, type Place } from '../../formats/pickle/access.js';
import { isSparse } from '../../formats/pickle/sparse.js';
import { NdArray } from '../../formats/pickle/values.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { rounded } from './datatypes.js';
import { isFloat32, matrixOf, transposed } from './dense.js';
import type { Features } from './features.js';
import { fittedDatatype } from './fitted-columns.js';

export interface LinearScores {
  /** x @ coef_.T + intercept_: [rows] where the coefficients are one vector, else [rows, targets]. */
  readonly scores: Ref;
  readonly coefficients: Place;
  /** Float32 for float32 rows when the model was fitted on such. */
  readonly datatype: OutputDatatype;
}

/** The scores of an estimator with `coef_` and `intercept_`. */
export function linearScores(g: GraphBuilder, estimator: Place, features: Features): LinearScores {
  const coefficients = attr(estimator, 'coef_');
  const intercept = attr(estimator, 'intercept_');
  const widened = isArray(intercept) && !isFloat32(intercept);
  const datatype = widened ? 'FP64' : fittedDatatype(coefficients, features);
  const scores = affine(g, features, coefficients, intercept);
  return { scores: rounded(g, scores, datatype), coefficients, datatype };
}

/** x @ coefficients.T + intercept; one number as intercept counts for every target. */
function affine(g: GraphBuilder, features: Features, coefficients: Place, intercept: Place): Ref {
  const matrix = matrixOf(coefficients, undefined, features.width);
  const { data: bias } = asFloat64(intercept);
  if (bias.length !== 1 && bias.length !== matrix.rows) {
    throw badFile(`${intercept.path}: expected ${matrix.rows} values, got ${bias.length}`);
  }
  const full = bias.length === matrix.rows ? bias : new Float64Array(matrix.rows).fill(bias[0]);
  const scores = features.product(transposed(matrix), full);
  return isVector(coefficients) ? flattened(g, scores) : scores;
}

/** A plain number does not widen float32 coefficients, as in numpy; an array of float64 does. */
function isArray(place: Place): boolean {
  return place.value instanceof NdArray && place.value.shape.length > 0;
}

function isVector(coefficients: Place): boolean {
  return !isSparse(coefficients) && asFloat64(coefficients).shape.length === 1;
}

/** [rows, 1] as [rows]; anything else as it is. */
export function flattened(g: GraphBuilder, x: Ref): Ref {
  return x.shape.length === 2 && x.shape[1] === 1 ? g.reshape(x, [-1]) : x;
}
