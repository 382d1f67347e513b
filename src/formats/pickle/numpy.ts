import { elementCount } from '../../core/tensor.js';
import { badFile } from '../errors.js';
import { elements } from './arrays.js';
import { Dtype, type DtypeField, parseDtype } from './dtype.js';
import { NdArray, PyDict, PyGlobal, PyObject, PyTuple, type PyValue, typeName } from './values.js';

/**
 * How numpy's dtypes and arrays stand in a pickle. Both are made empty and filled by BUILD afterwards, because the memo
 * takes them in between:
 *
 *   dtype("f8", False, True)                 BUILD (version, "<", subarray, names, fields, itemsize, alignment, flags)
 *   _reconstruct(ndarray, (0,), b"b")        BUILD (1, shape, dtype, is_fortran, bytes or list of objects)
 *   _frombuffer(bytes, dtype, shape, "C")    protocol 5, also "F", and "K" with the order of the axes behind it
 *   scalar(dtype, bytes)                     a number or string; for objects the value itself
 */

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_BYTES = new Uint8Array(0);
const ARRAY_CLASSES = new Set(['ndarray', 'memmap', 'matrix']);

export function makeDtype(args: readonly PyValue[]): Dtype {
  const [name] = args;
  if (typeof name === 'string') return parseDtype(name);
  if (name instanceof Uint8Array) return parseDtype(Buffer.from(name).toString('latin1'));
  throw badFile(`a dtype must be named by a str, got ${name === undefined ? 'nothing' : typeName(name)}`);
}

export function setDtypeState(dtype: Dtype, state: PyValue): void {
  if (Object.isFrozen(dtype)) throw badFile(`dtype ${dtype.text} is in use and cannot get another state`);
  if (!(state instanceof PyTuple) || state.items.length < 7)
    throw badFile(`the state of dtype ${dtype.text} must be a tuple`);
  const [, order, subarray, names, fields, size] = state.items;
  const itemSize = isSize(size) && 'USV'.includes(dtype.kind) ? size : dtype.itemSize;
  if (dtype.kind === 'U' && itemSize % 4 !== 0)
    throw badFile(`text of ${itemSize} bytes, which are no whole characters`);
  Object.assign(
    dtype as Writable<Dtype>,
    new Dtype(
      dtype.kind,
      itemSize,
      order === '>',
      recordFields(names, fields, itemSize),
      subarrayOf(subarray, itemSize),
    ),
  );
}

function isSize(value: PyValue): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What an array or a record is checked against must not change later: another BUILD of this dtype is refused. */
function fixed(dtype: Dtype): Dtype {
  return Object.freeze(dtype);
}

function recordFields(names: PyValue, fields: PyValue, itemSize: number): Map<string, DtypeField> | null {
  if (names === null) return null;
  if (!(names instanceof PyTuple) || !(fields instanceof PyDict))
    throw badFile('a record dtype needs names and fields');
  const known = new Map<string, DtypeField>();
  for (const name of names.items) {
    const field = fields.get(name);
    const [dtype, offset] = field instanceof PyTuple ? field.items : [];
    if (typeof name !== 'string' || !(dtype instanceof Dtype) || !isSize(offset)) {
      throw badFile('every field of a record dtype needs a name, a dtype and an offset');
    }
    if (offset + dtype.itemSize > itemSize) {
      throw badFile(`field ${name} at ${offset} does not fit a record of ${itemSize} bytes`);
    }
    known.set(name, { dtype: fixed(dtype), offset });
  }
  return known;
}

function subarrayOf(value: PyValue, itemSize: number): Dtype['subarray'] {
  if (value === null) return null;
  const [dtype, shape] = value instanceof PyTuple ? value.items : [];
  if (!(dtype instanceof Dtype)) throw badFile('a subarray dtype needs a dtype and a shape');
  const sizes = typeof shape === 'number' ? [shape] : shapeOf(shape);
  if (elementCount(sizes, 'a subarray') * dtype.itemSize !== itemSize)
    throw badFile(`a subarray of shape [${sizes}] does not fill its field`);
  return { dtype: fixed(dtype), shape: sizes };
}

/** A shape as numbers. Throws for anything but a tuple of whole numbers. */
export function shapeOf(value: PyValue | undefined): number[] {
  if (!(value instanceof PyTuple))
    throw badFile(`a shape must be a tuple, got ${value === undefined ? 'nothing' : typeName(value)}`);
  return value.items.map(size => {
    if (typeof size !== 'number') throw badFile(`a shape must hold whole numbers, got ${typeName(size)}`);
    return size;
  });
}

/** Bytes that an array takes in a file. Throws for shapes and sizes that no array has. */
export function arrayByteLength(dtype: Dtype, shape: readonly number[]): number {
  const count = elementCount(shape, `an array of ${dtype.text}`);
  if (count > 0 && dtype.itemSize === 0) throw badFile(`an array of shape [${shape}] whose items have no bytes`);
  return count * dtype.itemSize;
}

/** Bytes between neighbours along each axis of an array without gaps. */
function contiguousStrides(shape: readonly number[], itemSize: number, fortran: boolean): number[] {
  const strides: number[] = new Array(shape.length);
  let stride = itemSize;
  for (let step = 0; step < shape.length; step++) {
    const axis = fortran ? step : shape.length - 1 - step;
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** An array over `bytes` (kept, not copied), which must be exactly as long as the shape asks for. */
export function arrayOfBytes(dtype: Dtype, shape: readonly number[], fortran: boolean, bytes: Uint8Array): NdArray {
  if (dtype.hasObjects) throw badFile(`an array of ${dtype.text} cannot be made of bytes`);
  const length = arrayByteLength(dtype, shape);
  if (bytes.length !== length) {
    throw badFile(`an array of shape [${shape}] and dtype ${dtype.text} needs ${length} bytes, got ${bytes.length}`);
  }
  return new NdArray(fixed(dtype), shape, contiguousStrides(shape, dtype.itemSize, fortran), bytes);
}

/** An array of Python objects, row by row. */
export function arrayOfObjects(dtype: Dtype, shape: readonly number[], objects: readonly PyValue[]): NdArray {
  const count = elementCount(shape, 'an array of objects');
  if (dtype.kind !== 'O') throw badFile(`an array of ${dtype.text} cannot be made of objects`);
  if (objects.length !== count)
    throw badFile(`an array of shape [${shape}] needs ${count} objects, got ${objects.length}`);
  return new NdArray(fixed(dtype), shape, contiguousStrides(shape, dtype.itemSize, false), NO_BYTES, objects);
}

export function emptyArray(args: readonly PyValue[]): NdArray {
  const [cls] = args;
  if (!(cls instanceof PyGlobal) || !ARRAY_CLASSES.has(cls.name)) {
    throw badFile(
      `numpy's _reconstruct is understood for ndarray only, not ${cls === undefined ? 'nothing' : typeName(cls)}`,
    );
  }
  return new NdArray(new Dtype('V', 1), [0], [1], NO_BYTES);
}

export function setArrayState(array: NdArray, state: PyValue): void {
  if (!(state instanceof PyTuple) || state.items.length < 5)
    throw badFile('the state of an array must be a tuple of 5');
  const [, shape, dtype, fortran, data] = state.items;
  Object.assign(array as Writable<NdArray>, arrayOf(dtype, shapeOf(shape), fortran === true, data));
}

function arrayOf(dtype: PyValue, shape: readonly number[], fortran: boolean, data: PyValue): NdArray {
  if (!(dtype instanceof Dtype)) throw badFile(`an array needs a dtype, got ${typeName(dtype)}`);
  if (Array.isArray(data)) return arrayOfObjects(dtype, shape, data);
  if (data instanceof Uint8Array) return arrayOfBytes(dtype, shape, fortran, data);
  throw badFile(`an array needs bytes or a list, got ${typeName(data)}`);
}

export function arrayFromBuffer(args: readonly PyValue[]): NdArray {
  const [data, dtype, shape, order, axes] = args;
  if (data === undefined || dtype === undefined) throw badFile("numpy's _frombuffer needs bytes and a dtype");
  const array = arrayOf(dtype, shapeOf(shape), order === 'F', data);
  return order === 'K' ? transposed(array, shapeOf(axes)) : array;
}

function transposed(array: NdArray, axes: readonly number[]): NdArray {
  const { shape, strides } = array;
  if (
    axes.length !== shape.length ||
    new Set(axes).size !== axes.length ||
    axes.some(axis => shape[axis] === undefined)
  ) {
    throw badFile(`[${axes}] is no order of ${shape.length} axes`);
  }
  const newShape = axes.map(axis => shape[axis]);
  const newStrides = axes.map(axis => strides[axis]);
  return new NdArray(array.dtype, newShape, newStrides, array.bytes);
}

export function scalar(args: readonly PyValue[]): PyValue {
  const [dtype, data] = args;
  if (!(dtype instanceof Dtype) || data === undefined) throw badFile('a numpy scalar needs a dtype and a value');
  if (dtype.kind === 'O') return data;
  if (!(data instanceof Uint8Array)) throw badFile(`a numpy scalar needs bytes, got ${typeName(data)}`);
  const array = arrayOfBytes(dtype, [], false, data);
  return elements(array)?.[0] ?? array;
}

/** A masked array stays an object: its state is (1, shape, dtype, is_fortran, bytes, bytes of the mask, fill value). */
export function emptyMaskedArray(args: readonly PyValue[]): PyObject {
  const [cls] = args;
  if (!(cls instanceof PyGlobal) || cls.name !== 'MaskedArray')
    throw badFile('a masked array must be of numpy.ma.MaskedArray');
  return new PyObject(cls);
}
