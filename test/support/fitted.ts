import { parseDtype } from '../../src/formats/pickle/dtype.js';
import { NdArray, PyDict, PyGlobal, PyObject, PyTuple, type PyValue } from '../../src/formats/pickle/values.js';

/** An estimator as a file would hold it, of scikit-learn 1.9.1 and two features unless the attributes say otherwise. */
export function fitted(className: string, attributes: Readonly<Record<string, PyValue>>): PyObject {
  const dot = className.lastIndexOf('.');
  const object = new PyObject(new PyGlobal(className.slice(0, dot), className.slice(dot + 1)));
  const all = { _sklearn_version: '1.9.1', n_features_in_: 2, ...attributes };
  for (const [name, value] of Object.entries(all)) object.attributes.set(name, value);
  return object;
}

/** A float64 array of numbers, row by row; its shape is that of one dimension unless given. */
export function floats(numbers: readonly number[], shape: readonly number[] = [numbers.length]): NdArray {
  return contiguous('f8', new Uint8Array(Float64Array.from(numbers).buffer), shape);
}

/** An int64 array. */
export function integers(numbers: readonly number[], shape: readonly number[] = [numbers.length]): NdArray {
  return contiguous('i8', new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer), shape);
}

/** An array of Python objects. */
export function objects(...values: readonly PyValue[]): NdArray {
  return new NdArray(parseDtype('O'), [values.length], [8], new Uint8Array(0), values);
}

function contiguous(dtype: string, bytes: Uint8Array, shape: readonly number[]): NdArray {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, length) => size * length, 8));
  return new NdArray(parseDtype(dtype), shape, strides, bytes);
}

/** A function by its full name, as a parameter names one of the user's. */
export function named(name: string): PyGlobal {
  const dot = name.lastIndexOf('.');
  return new PyGlobal(name.slice(0, dot), name.slice(dot + 1));
}

export function dict(entries: Readonly<Record<string, PyValue>>): PyDict {
  const result = new PyDict();
  for (const [key, value] of Object.entries(entries)) result.set(key, value);
  return result;
}

export function tuple(...items: readonly PyValue[]): PyTuple {
  return new PyTuple(items);
}
