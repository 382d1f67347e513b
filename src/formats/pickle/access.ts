import { badFile } from '../errors.js';
import { elements, numbersOf, recordField } from './arrays.js';
import { NdArray, PyDict, PyGlobal, PyObject, PyTuple, type PyValue, typeName } from './values.js';

/**
 * A value and where in the file it stands ("Pipeline.steps[1][1].coef_"), so that whoever reads a model gets errors
 * that name the place for nothing. All functions here throw INVALID_ARGUMENT for a value of another kind.
 */
export interface Place {
  readonly path: string;
  readonly value: PyValue;
}

/** Row-major numbers; `shape` is numpy's, [] for a single number. */
export interface NumberTensor<T> {
  readonly data: T;
  readonly shape: readonly number[];
}

/** The place everything begins at, called by the class of the model. */
export function root(value: PyValue): Place {
  return { path: value instanceof PyObject ? value.cls.name : typeName(value), value };
}

/** The error for a value that is not what it must be, for callers with expectations of their own. */
export function unexpected(place: Place, expected: string): Error {
  return badFile(`${place.path}: expected ${expected}, got ${typeName(place.value)}`);
}

function asObject(place: Place): PyObject {
  if (place.value instanceof PyObject) return place.value;
  throw unexpected(place, 'an object');
}

/** The full name of an object's class: "sklearn.svm._classes.SVC". */
export function className(place: Place): string {
  return asObject(place).cls.text;
}

/** The full name of a class or function that is itself the value: "numpy.float64". */
export function globalName(place: Place): string {
  if (place.value instanceof PyGlobal) return place.value.text;
  throw unexpected(place, 'a class or function');
}

export function isObject(place: Place): boolean {
  return place.value instanceof PyObject;
}

export function isNone(place: Place): boolean {
  return place.value === null;
}

/** An attribute of an object, or of a Bunch by key; undefined where there is none (None is a value). */
export function optionalAttr(place: Place, name: string): Place | undefined {
  const object = asObject(place);
  const value = object.attributes.get(name) ?? object.items?.get(name);
  if (value === undefined)
    return object.attributes.has(name) ? { path: `${place.path}.${name}`, value: null } : undefined;
  return { path: `${place.path}.${name}`, value };
}

export function hasAttr(place: Place, name: string): boolean {
  return optionalAttr(place, name) !== undefined;
}

export function attr(place: Place, name: string): Place {
  const found = optionalAttr(place, name);
  if (found === undefined)
    throw badFile(`${place.path} has no attribute ${name}${name.endsWith('_') ? ': it is not fitted' : ''}`);
  return found;
}

/** What an object's class was called with: `args` of NEWOBJ or of the function that makes it. */
export function arg(place: Place, index: number): Place {
  const { args } = asObject(place);
  if (index >= args.length) throw badFile(`${place.path} has no argument ${index}`);
  return { path: `${place.path}(${index})`, value: args[index] };
}

/** The state of an object whose state is no dict of attributes, as of compiled classes. */
export function stateOf(place: Place): Place {
  return { path: `${place.path}.state`, value: asObject(place).state };
}

/** The scikit-learn version that wrote this estimator, as numbers: [1, 9]. */
export function sklearnVersion(place: Place): readonly [major: number, minor: number] {
  const at = attr(place, '_sklearn_version');
  const match = /^(\d+)\.(\d+)/.exec(asString(at));
  if (match === null) throw badFile(`${at.path}: ${JSON.stringify(at.value)} is no version`);
  return [Number(match[1]), Number(match[2])];
}

/** The items of a list, tuple or one-dimensional array of any kind. */
export function items(place: Place): Place[] {
  const values = sequence(place.value);
  if (values === undefined) throw unexpected(place, 'a list');
  return values.map((value, i) => ({ path: `${place.path}[${i}]`, value }));
}

export function item(place: Place, index: number): Place {
  const values = sequence(place.value);
  if (values === undefined) throw unexpected(place, 'a list');
  if (index >= values.length) throw badFile(`${place.path} has ${values.length} items, so none at ${index}`);
  return { path: `${place.path}[${index}]`, value: values[index] };
}

function sequence(value: PyValue): readonly PyValue[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof PyTuple) return value.items;
  if (value instanceof NdArray && value.shape.length === 1) return elements(value);
  return undefined;
}

export function asDict(place: Place): PyDict {
  if (place.value instanceof PyDict) return place.value;
  if (place.value instanceof PyObject && place.value.items !== undefined) return place.value.items;
  throw unexpected(place, 'a dict');
}

/** The value of a dict under `key`; undefined where there is none. */
export function optionalEntry(place: Place, key: PyValue): Place | undefined {
  const dict = asDict(place);
  const path = `${place.path}[${typeof key === 'string' ? JSON.stringify(key) : typeName(key)}]`;
  return dict.has(key) ? { path, value: dict.get(key) as PyValue } : undefined;
}

export function entry(place: Place, key: PyValue): Place {
  const found = optionalEntry(place, key);
  if (found === undefined)
    throw badFile(`${place.path} has no entry ${typeof key === 'string' ? JSON.stringify(key) : typeName(key)}`);
  return found;
}

/** A single number; bool and arrays of one number count too, as numpy takes them. */
export function asNumber(place: Place): number {
  let { value } = place;
  if (value instanceof NdArray) {
    const values = elements(value);
    if (values?.length === 1) value = values[0];
  }
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw unexpected(place, 'a number');
}

/** A whole number that a double holds exactly. */
export function asInt(place: Place): number {
  const value = asNumber(place);
  if (!Number.isSafeInteger(value)) throw badFile(`${place.path}: expected a whole number, got ${value}`);
  return value;
}

export function asString(place: Place): string {
  if (typeof place.value === 'string') return place.value;
  throw unexpected(place, 'a string');
}

export function asBool(place: Place): boolean {
  if (typeof place.value === 'boolean') return place.value;
  if (place.value === 0 || place.value === 1) return place.value === 1;
  throw unexpected(place, 'True or False');
}

export function asArray(place: Place): NdArray {
  if (place.value instanceof NdArray) return place.value;
  throw unexpected(place, 'an array');
}

/** A field of an array of records, such as a tree's nodes. */
export function optionalField(place: Place, name: string): Place | undefined {
  const value = recordField(asArray(place), name);
  return value && { path: `${place.path}[${JSON.stringify(name)}]`, value };
}

export function field(place: Place, name: string): Place {
  const found = optionalField(place, name);
  if (found === undefined) throw badFile(`${place.path} has no field ${name}`);
  return found;
}

/**
 * Numbers of any type and layout as float64, copied: an array, an array of objects that are numbers, a list or tuple
 * of numbers, or one number.
 */
export function asFloat64(place: Place): NumberTensor<Float64Array> {
  const { value } = place;
  if (value instanceof NdArray) {
    const numbers = numbersOf(value);
    if (numbers instanceof Float64Array) return { data: numbers, shape: value.shape };
    if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array) {
      return { data: fromBigInts(numbers), shape: value.shape };
    }
    if (numbers !== undefined) return { data: Float64Array.from(numbers), shape: value.shape };
    if (value.objects !== null) return { data: numbersFrom(place, value.objects), shape: value.shape };
  }
  const values = sequence(value);
  if (values !== undefined) return { data: numbersFrom(place, values), shape: [values.length] };
  if (typeof value === 'object') throw unexpected(place, 'numbers');
  return { data: Float64Array.of(asNumber(place)), shape: [] };
}

function fromBigInts(values: BigInt64Array | BigUint64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(values[i]);
  return out;
}

function numbersFrom(place: Place, values: readonly PyValue[]): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const value = values[i];
    out[i] = typeof value === 'number' ? value : asNumber({ path: `${place.path}[${i}]`, value });
  }
  return out;
}

/** As asFloat64, for whole numbers within 32 bits: indices, counts, positions. */
export function asInt32(place: Place): NumberTensor<Int32Array> {
  const { value } = place;
  const numbers = value instanceof NdArray ? numbersOf(value) : undefined;
  if (numbers instanceof Int32Array) return { data: numbers, shape: (value as NdArray).shape };
  if (numbers instanceof BigInt64Array) return { data: lowWords(place, numbers), shape: (value as NdArray).shape };
  const { data, shape } = asFloat64(place);
  const out = Int32Array.from(data);
  for (let i = 0; i < out.length; i++) {
    if (out[i] !== data[i]) throw badFile(`${place.path}: expected whole numbers within 32 bits, got ${data[i]}`);
  }
  return { data: out, shape };
}

/** 64-bit numbers as 32-bit ones without making a bigint of each: a forest has millions. */
function lowWords(place: Place, numbers: BigInt64Array): Int32Array {
  const words = new Int32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  const out = new Int32Array(numbers.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = words[2 * i];
    if (words[2 * i + 1] !== out[i] >> 31)
      throw badFile(`${place.path}: expected whole numbers within 32 bits, got ${numbers[i]}`);
  }
  return out;
}

/** The elements of an array of text (U, S as UTF-8, or objects that are strings), or of a list of strings. */
export function asStrings(place: Place): string[] {
  const values = place.value instanceof NdArray ? elements(place.value) : sequence(place.value);
  if (values === undefined) throw unexpected(place, 'strings');
  return values.map((value, i) => {
    if (typeof value === 'string') return value;
    if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
    throw unexpected({ path: `${place.path}[${i}]`, value }, 'a string');
  });
}
