import { badFile } from '../../formats/errors.js';
import { asFloat64, type Place } from '../../formats/pickle/access.js';
import { asDense, isSparse } from '../../formats/pickle/sparse.js';

/** A float64 matrix, row by row. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** A two-dimensional array, dense or scipy's sparse; one dimension counts as one row. */
export function denseMatrix(place: Place): Matrix {
  const { data, shape } = isSparse(place) ? asDense(place) : asFloat64(place);
  if (shape.length === 1) return { data, rows: 1, columns: shape[0] };
  if (shape.length === 2) return { data, rows: shape[0], columns: shape[1] };
  throw badFile(`${place.path}: expected a matrix, got shape [${shape}]`);
}
