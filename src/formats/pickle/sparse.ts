import { badFile } from '../errors.js';
import {
  asFloat64,
  asInt,
  asInt32,
  attr,
  className,
  isObject,
  item,
  items,
  type NumberTensor,
  optionalAttr,
  type Place,
} from './access.js';

/** A scipy matrix as triplets: `values[k]` stands at row `rows[k]`, column `columns[k]`; equal places add up. */
export interface SparseMatrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** A dense copy may hold this many numbers (1 GiB): the shape of a sparse matrix costs its file nothing. */
const MAX_DENSE_VALUES = 2 ** 27;

const FORMAT = /^scipy\.sparse\._?(csr|csc|coo|dia)\.\1_(matrix|array)$/;

export function isSparse(place: Place): boolean {
  return isObject(place) && className(place).startsWith('scipy.sparse.');
}

/** A csr, csc, coo or dia matrix. Throws for other formats and for indices outside the shape. */
export function asSparse(place: Place): SparseMatrix {
  const format = FORMAT.exec(className(place))?.[1];
  const sizes = items(attr(place, '_shape')).map(asInt);
  // A csr_array may be a vector: one row.
  if (sizes.length === 1 && format === 'csr') sizes.unshift(1);
  if (sizes.length !== 2 || sizes.some(size => size < 0))
    throw badFile(`${place.path}: [${sizes}] is no shape of a matrix`);
  const shape = [sizes[0], sizes[1]] as const;
  if (format === 'csr') return checked(place, { shape, ...compressed(place, shape[0]) });
  if (format === 'csc') {
    const { rows, columns, values } = compressed(place, shape[1]);
    return checked(place, { shape, rows: columns, columns: rows, values });
  }
  if (format === 'coo') return checked(place, { shape, ...coordinates(place) });
  if (format === 'dia') return diagonals(place, shape);
  throw badFile(`${place.path}: ${className(place)} is not supported`);
}

/** Numbers of an array or of a sparse matrix, row-major. */
export function asDense(place: Place): NumberTensor<Float64Array> {
  if (!isSparse(place)) return asFloat64(place);
  const { shape, rows, columns, values } = asSparse(place);
  const size = shape[0] * shape[1];
  if (size > MAX_DENSE_VALUES) throw badFile(`${place.path}: a sparse matrix of shape [${shape}] is too large`);
  const data = new Float64Array(size);
  for (let k = 0; k < values.length; k++) data[rows[k] * shape[1] + columns[k]] += values[k];
  return { data, shape };
}

type Triplets = Omit<SparseMatrix, 'shape'>;

/** csr as it stands; for csc the words rows and columns change places. */
function compressed(place: Place, majors: number): Triplets {
  const offsets = asInt32(attr(place, 'indptr')).data;
  const columns = asInt32(attr(place, 'indices')).data;
  const values = asFloat64(attr(place, 'data')).data;
  if (
    offsets.length !== majors + 1 ||
    offsets[0] !== 0 ||
    columns.length < offsets[majors] ||
    values.length < offsets[majors]
  ) {
    throw badFile(
      `${place.path}: indptr of ${offsets.length} values does not fit ${majors} rows and ${values.length} values`,
    );
  }
  const count = offsets[majors];
  const rows = new Int32Array(count);
  for (let major = 0; major < majors; major++) {
    if (offsets[major + 1] < offsets[major]) throw badFile(`${place.path}: indptr must not fall`);
    rows.fill(major, offsets[major], offsets[major + 1]);
  }
  return { rows, columns: columns.subarray(0, count), values: values.subarray(0, count) };
}

function coordinates(place: Place): Triplets {
  const values = asFloat64(attr(place, 'data')).data;
  // scipy 1.13 put both index arrays into one tuple.
  const coords = optionalAttr(place, 'coords');
  const rows = asInt32(coords ? item(coords, 0) : attr(place, 'row')).data;
  const columns = asInt32(coords ? item(coords, 1) : attr(place, 'col')).data;
  if (rows.length !== values.length || columns.length !== values.length) {
    throw badFile(`${place.path}: ${values.length} values with ${rows.length} rows and ${columns.length} columns`);
  }
  return { rows, columns, values };
}

/** dia: `data[d]` is the diagonal at offset d, by column. */
function diagonals(place: Place, shape: readonly [number, number]): SparseMatrix {
  const offsets = asInt32(attr(place, 'offsets')).data;
  const { data, shape: dataShape } = asFloat64(attr(place, 'data'));
  if (dataShape.length !== 2 || dataShape[0] !== offsets.length) {
    throw badFile(`${place.path}: data of shape [${dataShape}] does not fit ${offsets.length} diagonals`);
  }
  const width = dataShape[1];
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  offsets.forEach((offset, d) => {
    const end = Math.min(width, shape[1], shape[0] + offset);
    for (let column = Math.max(0, offset); column < end; column++) {
      rows.push(column - offset);
      columns.push(column);
      values.push(data[d * width + column]);
    }
  });
  return { shape, rows: Int32Array.from(rows), columns: Int32Array.from(columns), values: Float64Array.from(values) };
}

function checked(place: Place, matrix: SparseMatrix): SparseMatrix {
  const [height, width] = matrix.shape;
  for (let k = 0; k < matrix.values.length; k++) {
    const row = matrix.rows[k];
    const column = matrix.columns[k];
    if (!(row >= 0 && row < height && column >= 0 && column < width)) {
      throw badFile(`${place.path}: a value at [${row}, ${column}] of a matrix of shape [${matrix.shape}]`);
    }
  }
  return matrix;
}
