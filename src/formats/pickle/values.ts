import { badFile } from '../errors.js';
import type { Dtype } from './dtype.js';

/**
 * What a Python model file says, as plain values. Nothing here acts: a class or function the file names is a `PyGlobal`,
 * an object is its class, its arguments and its attributes. Values may be shared and may even contain themselves, so
 * whoever walks them needs a bound of its own.
 *
 *   None, bool, str             null, boolean, string
 *   int, float, numpy scalars   number; bigint for whole numbers beyond 2^53
 *   bytes, bytearray            Uint8Array, a view on the file
 *   list                        an array
 *   tuple, dict, set            PyTuple, PyDict (also OrderedDict, defaultdict), PySet (also frozenset)
 *   numpy.dtype, numpy.ndarray  Dtype, NdArray
 */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyValue[]
  | PyTuple
  | PyDict
  | PySet
  | Dtype
  | NdArray
  | PyGlobal
  | PyObject;

export class PyTuple {
  constructor(readonly items: readonly PyValue[]) {}
}

export class PySet {
  constructor(
    readonly items: PyValue[],
    readonly frozen: boolean,
  ) {}
}

/** A class or function by name. One instance stands for all mentions of it in a file. */
export class PyGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  get text(): string {
    return `${this.module}.${this.name}`;
  }
}

/**
 * An instance. `args` are what its class (or the function that makes it) was called with. A state that is a dict
 * becomes `attributes`; any other state, such as the tuple of a compiled class, is kept in `state`. `items` are the
 * entries of classes that are dicts themselves (scikit-learn's Bunch).
 */
export class PyObject {
  readonly attributes = new Map<string, PyValue>();
  state: PyValue = null;
  items: PyDict | undefined;

  constructor(
    readonly cls: PyGlobal,
    readonly args: readonly PyValue[] = [],
  ) {}
}

/**
 * A numpy array as it lies in the file: element [i, j] begins at `bytes[i * strides[0] + j * strides[1]]`, in the byte
 * order of the dtype. Arrays of objects have their elements in `objects`, row by row, and no bytes. See arrays.ts for
 * the way to numbers and strings. Whoever makes one has checked that every element lies inside `bytes`.
 */
export class NdArray {
  constructor(
    readonly dtype: Dtype,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    readonly bytes: Uint8Array,
    readonly objects: readonly PyValue[] | null = null,
  ) {}
}

/** Tuples as dict keys hold at most this many values in all. */
const MAX_KEY_VALUES = 256;

/** A dict in insertion order. Keys compare as in Python: tuples and bytes by content, anything mutable is refused. */
export class PyDict {
  private readonly map = new Map<PyValue, PyValue>();
  private compound: Map<string, PyValue> | undefined;

  get size(): number {
    return this.map.size;
  }

  /** Throws INVALID_ARGUMENT for a key that Python would not take. */
  set(key: PyValue, value: PyValue): void {
    this.map.set(typeof key === 'object' && key !== null ? this.sameKey(key, true) : key, value);
  }

  get(key: PyValue): PyValue | undefined {
    return this.map.get(typeof key === 'object' && key !== null ? this.sameKey(key, false) : key);
  }

  has(key: PyValue): boolean {
    return this.map.has(typeof key === 'object' && key !== null ? this.sameKey(key, false) : key);
  }

  keys(): IterableIterator<PyValue> {
    return this.map.keys();
  }

  values(): IterableIterator<PyValue> {
    return this.map.values();
  }

  entries(): IterableIterator<[PyValue, PyValue]> {
    return this.map.entries();
  }

  /** The instance that stands for all keys of equal content; globals and objects stand for themselves. */
  private sameKey(key: PyValue & object, keep: boolean): PyValue {
    if (key instanceof PyGlobal || key instanceof PyObject) return key;
    const text = keyText(key, { values: 0 });
    const known = this.compound?.get(text);
    if (known !== undefined) return known;
    if (keep) (this.compound ??= new Map()).set(text, key);
    return key;
  }
}

function keyText(key: PyValue, budget: { values: number }): string {
  if (++budget.values > MAX_KEY_VALUES) throw badFile(`a dict key of more than ${MAX_KEY_VALUES} values`);
  if (key === null) return 'N';
  if (typeof key === 'string') return JSON.stringify(key);
  if (typeof key !== 'object') return `${key}`;
  if (key instanceof Uint8Array) return `b${Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('hex')}`;
  if (key instanceof PyTuple) return `(${key.items.map(item => keyText(item, budget)).join()})`;
  if (key instanceof PyGlobal) return `<${key.text}>`;
  if (key instanceof PySet && key.frozen) return `{${key.items.map(item => keyText(item, budget)).sort()}}`;
  throw badFile(`a dict key cannot be ${typeName(key)}`);
}

/** The Python name of a value's type, for messages. */
export function typeName(value: PyValue): string {
  if (value === null) return 'None';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'string':
      return 'str';
  }
  if (Array.isArray(value)) return 'list';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof PyTuple) return 'tuple';
  if (value instanceof PyDict) return 'dict';
  if (value instanceof PySet) return value.frozen ? 'frozenset' : 'set';
  if (value instanceof NdArray) return `${value.dtype.text} array of shape [${value.shape}]`;
  if (value instanceof PyGlobal) return value.text;
  if (value instanceof PyObject) return `${value.cls.text} object`;
  return `dtype ${value.text}`;
}
