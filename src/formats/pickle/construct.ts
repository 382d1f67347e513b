import { badFile } from '../errors.js';
import { Dtype } from './dtype.js';
import {
  arrayFromBuffer,
  emptyArray,
  emptyMaskedArray,
  makeDtype,
  scalar,
  setArrayState,
  setDtypeState,
} from './numpy.js';
import { NdArray, PyDict, PyGlobal, PyObject, PySet, PyTuple, type PyValue, typeName } from './values.js';

type Construct = (args: readonly PyValue[]) => PyValue;

/** The calls whose result is a value of its own kind; all others become a PyObject that says what was asked for. */
const CONSTRUCTS: ReadonlyMap<string, Construct> = new Map<string, Construct>([
  ['numpy.dtype', makeDtype],
  ['numpy.core.multiarray._reconstruct', emptyArray],
  ['numpy._core.multiarray._reconstruct', emptyArray],
  ['numpy.core.multiarray.scalar', scalar],
  ['numpy._core.multiarray.scalar', scalar],
  ['numpy.core.numeric._frombuffer', arrayFromBuffer],
  ['numpy._core.numeric._frombuffer', arrayFromBuffer],
  ['numpy.ma.core._mareconstruct', emptyMaskedArray],
  ['_codecs.encode', encode],
  ['builtins.bytes', bytes],
  ['builtins.bytearray', bytes],
  ['builtins.set', args => new PySet([...iterable(args[0])], false)],
  ['builtins.frozenset', args => new PySet([...iterable(args[0])], true)],
  ['collections.OrderedDict', args => dictOfPairs(args[0])],
  ['collections.defaultdict', args => dictOfPairs(args[1])],
  ['copyreg._reconstructor', reconstruct],
  ['pandas.core.indexes.base._new_Index', columnNames],
]);

/** What a call of `callee` would make. Nothing is called: known callees are understood, all others written down. */
export function construct(callee: PyGlobal, args: readonly PyValue[]): PyValue {
  const known = CONSTRUCTS.get(callee.text);
  if (known !== undefined) return known(args);
  const first = args[0];
  // Compiled classes are made by functions of their module that get the class as the first argument.
  if (callee.name === 'newObj' && first instanceof PyGlobal) return new PyObject(first);
  if (callee.name.startsWith('__pyx_unpickle_') && first instanceof PyGlobal) {
    const object = new PyObject(first);
    object.state = args[2] ?? null;
    return object;
  }
  return new PyObject(callee, args);
}

/** Gives `target` its state, as Python's BUILD does. */
export function build(target: PyValue, state: PyValue): void {
  if (target instanceof PyObject) setObjectState(target, state);
  else if (target instanceof NdArray) setArrayState(target, state);
  else if (target instanceof Dtype) setDtypeState(target, state);
  // Attributes of a dict's subclass, such as an OrderedDict: none that a model needs.
  else if (!(target instanceof PyDict)) throw badFile(`gives a state to ${typeName(target)}, which can have none`);
}

function setObjectState(object: PyObject, state: PyValue): void {
  if (state instanceof PyDict) {
    setAttributes(object, state);
    return;
  }
  object.state = state;
  // The form of classes with __slots__: a pair of dicts, each of which may be None.
  if (state instanceof PyTuple && state.items.length === 2) {
    const isPart = (part: PyValue) => part === null || part instanceof PyDict;
    if (!state.items.every(isPart)) return;
    for (const part of state.items) if (part instanceof PyDict) setAttributes(object, part);
  }
}

function setAttributes(object: PyObject, state: PyDict): void {
  for (const [name, value] of state.entries()) {
    if (typeof name !== 'string')
      throw badFile(`an attribute of ${object.cls.text} must be named by a str, got ${typeName(name)}`);
    object.attributes.set(name, value);
  }
}

function iterable(value: PyValue | undefined): readonly PyValue[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  if (value instanceof PyTuple || value instanceof PySet) return value.items;
  throw badFile(`a set of ${typeName(value)}`);
}

function dictOfPairs(value: PyValue | undefined): PyDict {
  const dict = new PyDict();
  if (value instanceof PyDict) {
    for (const [key, item] of value.entries()) dict.set(key, item);
    return dict;
  }
  for (const pair of iterable(value)) {
    const [key, item, more] = iterable(pair);
    if (item === undefined || more !== undefined) throw badFile('a dict is made of pairs');
    dict.set(key, item);
  }
  return dict;
}

/** Protocols 0 to 2 have no bytes: they write them as text whose characters are bytes. */
function encode(args: readonly PyValue[]): Uint8Array {
  const [text, encoding] = args;
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) {
    throw badFile(
      `_codecs.encode is understood for latin1 only, not ${typeof encoding === 'string' ? JSON.stringify(encoding) : typeName(encoding ?? null)}`,
    );
  }
  const encoded = Buffer.from(text, 'latin1');
  if (encoded.toString('latin1') !== text) throw badFile('bytes written as text hold a character beyond latin1');
  return encoded;
}

function bytes(args: readonly PyValue[]): Uint8Array {
  if (args.length === 0) return new Uint8Array(0);
  if (args[0] instanceof Uint8Array) return args[0];
  return encode(args);
}

/** copyreg._reconstructor(class, base, state): how protocols 0 and 1 make objects. */
function reconstruct(args: readonly PyValue[]): PyObject {
  const [cls, , state] = args;
  if (!(cls instanceof PyGlobal)) throw badFile('copyreg._reconstructor needs a class');
  const object = new PyObject(cls, state === undefined || state === null ? [] : [state]);
  if (state instanceof PyDict) object.items = state;
  return object;
}

/** pandas' Index, which holds names of columns, is the array it is made of; since pandas 3 that may be one of its own. */
function columnNames([cls, parts]: readonly PyValue[]): PyValue {
  const data = parts instanceof PyDict ? parts.get('data') : undefined;
  if (data instanceof NdArray) return data;
  if (!(cls instanceof PyGlobal)) throw badFile('an index of pandas needs a class');
  return new PyObject(cls);
}
