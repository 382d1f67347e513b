import { badFile } from '../../formats/errors.js';
import { asFloat64, attr, isObject, type Place } from '../../formats/pickle/access.js';
import { asDense, isSparse } from '../../formats/pickle/sparse.js';
import { NdArray } from '../../formats/pickle/values.js';

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

/** As denseMatrix, for a matrix whose size other attributes have settled; undefined stands for any size. */
export function matrixOf(place: Place, rows: number | undefined, columns: number | undefined): Matrix {
  const matrix = denseMatrix(place);
  if ((rows ?? matrix.rows) !== matrix.rows || (columns ?? matrix.columns) !== matrix.columns) {
    const wanted = `[${rows ?? 'any'},${columns ?? 'any'}]`;
    throw badFile(`${place.path}: expected shape ${wanted}, got [${matrix.rows},${matrix.columns}]`);
  }
  return matrix;
}

/** Numbers of any shape that must be `count` in all. */
export function vectorOf(place: Place, count: number): Float64Array {
  const { data, shape } = asFloat64(place);
  if (data.length !== count) throw badFile(`${place.path}: expected ${count} values, got shape [${shape}]`);
  return data;
}

/** Whether an array is stored in single precision: models fitted on float32 rows keep their parameters so. */
export function isFloat32(place: Place): boolean {
  const values = isObject(place) && isSparse(place) ? attr(place, 'data').value : place.value;
  return values instanceof NdArray && values.dtype.kind === 'f' && values.dtype.itemSize === 4;
}

/** Whether an array holds 32-bit integers, as the labels of k-means do. */
export function isInt32({ value }: Place): boolean {
  return value instanceof NdArray && value.dtype.kind === 'i' && value.dtype.itemSize === 4;
}

export function transposed({ data, rows, columns }: Matrix): Matrix {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  return { data: out, rows: columns, columns: rows };
}

export function columnMeans({ data, rows, columns }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) means[i % columns] += data[i] / rows;
  return means;
}

/** The largest |row - centre|^2. */
export function largestSquare(matrix: Matrix, centre: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < matrix.rows; i++) {
    const square = rowOf(matrix, i).reduce((sum, value, j) => sum + (value - centre[j]) ** 2, 0);
    largest = Math.max(largest, square);
  }
  return largest;
}

/** One row of a matrix, as a view. */
export function rowOf({ data, columns }: Matrix, row: number): Float64Array {
  return data.subarray(row * columns, (row + 1) * columns);
}
