import { badFile } from './errors.js';
import { readNpy } from './npy.js';
import { elements } from './pickle/arrays.js';
import { build, construct } from './pickle/construct.js';
import { Dtype } from './pickle/dtype.js';
import { decimal } from './pickle/integers.js';
import type { PickleLimits } from './pickle/limits.js';
import type { FindGlobal } from './pickle/machine.js';
import { arrayOfObjects, shapeOf } from './pickle/numpy.js';
import { NdArray, PyDict, type PyGlobal, PyObject, PySet, PyTuple, type PyValue, typeName } from './pickle/values.js';
import { ZipArchive } from './zip.js';

/**
 * skops files: a zip archive with `schema.json`, a tree of nodes, and one .npy, .npz or .bin file per array, sparse
 * matrix or bytes:
 *
 *   {"__class__": "SVC", "__module__": "sklearn.svm._classes", "__loader__": "ObjectNode", "content": {...}, ...}
 *
 * Every node names a class or function, which goes through the same list of allowed names as in a pickle; the loader
 * says what `content` means. The result is the same values as from a pickle of the same model.
 */
const HIGHEST_PROTOCOL = 2;

/** A node as JSON has it; its keys come from the file, so only the fixed names below are looked up. */
type Node = Readonly<Record<string, unknown>>;
type Loader = (reader: SkopsReader, node: Node, cls: PyGlobal) => PyValue;

/** Reads the model of a skops archive. Throws INVALID_ARGUMENT. */
export function readSkops(bytes: Uint8Array, limits: PickleLimits, findGlobal: FindGlobal): PyValue {
  const archive = ZipArchive.open(bytes, limits.maxBytes);
  if (!archive.names().includes('schema.json')) throw badFile('the archive has no schema.json, so it is no skops file');
  const schema = parseJson(Buffer.from(archive.read('schema.json')).toString('utf8'));
  const protocol = isNode(schema) ? schema.protocol : undefined;
  if (typeof protocol !== 'number' || protocol > HIGHEST_PROTOCOL) {
    throw badFile(`skops protocol ${JSON.stringify(protocol)}; at most ${HIGHEST_PROTOCOL} is known`);
  }
  return new SkopsReader(archive, limits, findGlobal).read(schema);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badFile(`the skops schema is no JSON: ${(error as Error).message}`, error);
  }
}

class SkopsReader {
  private depth = 0;
  private objects = 0;

  constructor(
    readonly archive: ZipArchive,
    readonly limits: PickleLimits,
    readonly findGlobal: FindGlobal,
  ) {}

  read(node: unknown): PyValue {
    if (!isNode(node)) throw badFile(`a skops node must be an object, got ${JSON.stringify(node)?.slice(0, 40)}`);
    const cls = this.findGlobal(text(node, '__module__'), text(node, '__class__'));
    const loader = LOADERS.get(text(node, '__loader__'));
    if (loader === undefined) throw badFile(`skops loader ${text(node, '__loader__')} of ${cls.text} is not supported`);
    if (++this.objects > this.limits.maxObjects) throw badFile(`more than ${this.limits.maxObjects} objects`);
    if (++this.depth > this.limits.maxDepth) throw badFile(`objects nest deeper than ${this.limits.maxDepth} levels`);
    const value = loader(this, node, cls);
    this.depth--;
    return value;
  }

  list(value: unknown, what: string): PyValue[] {
    if (!Array.isArray(value)) throw badFile(`${what} of a skops node must be a list`);
    return value.map(item => this.read(item));
  }
}

function text(node: Node, key: string): string {
  const value = node[key];
  if (typeof value !== 'string')
    throw badFile(`${key} of a skops node must be a string, got ${JSON.stringify(value)?.slice(0, 40)}`);
  return value;
}

function content(node: Node): Node {
  if (!isNode(node.content)) throw badFile('the content of a skops node must be an object');
  return node.content;
}

const LOADERS: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ['JsonNode', (reader, node) => jsonValue(text(node, 'content'), reader.limits)],
  ['ListNode', (reader, node) => reader.list(node.content, 'the content')],
  ['TupleNode', (reader, node) => new PyTuple(reader.list(node.content, 'the content'))],
  ['SetNode', (reader, node, cls) => new PySet(reader.list(node.content, 'the content'), cls.name === 'frozenset')],
  ['DictNode', readDict],
  ['DefaultDictNode', (reader, node) => reader.read(content(node).main)],
  ['TypeNode', (_reader, _node, cls) => cls],
  ['FunctionNode', (_reader, _node, cls) => cls],
  ['PartialNode', readPartial],
  ['SliceNode', readSlice],
  ['BytesNode', (reader, node) => reader.archive.read(text(node, 'file'))],
  ['BytearrayNode', (reader, node) => reader.archive.read(text(node, 'file'))],
  ['ObjectNode', readObject],
  ['ConstructorFromReduceNode', (reader, node, cls) => construct(cls, asTuple(reader.read(node.content)))],
  ['TreeNode', readReduced],
  ['LossNode', readReduced],
  ['NdArrayNode', readArray],
  ['MaskedArrayNode', readMembers],
  ['DTypeNode', readDtype],
  ['SparseMatrixNode', readSparse],
  ['RandomStateNode', (reader, node, cls) => withState(new PyObject(cls), reader.read(node.content))],
  ['RandomGeneratorNode', readMembers],
]);

/** A value written as JSON inside the JSON, by Python: NaN and infinities are words, integers have any length. */
function jsonValue(json: string, limits: PickleLimits): PyValue {
  if (json === 'NaN') return Number.NaN;
  if (json === 'Infinity') return Number.POSITIVE_INFINITY;
  if (json === '-Infinity') return Number.NEGATIVE_INFINITY;
  if (/^-?\d+$/.test(json)) return decimal(json, limits.maxDigits);
  const value = parseJson(json);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw badFile('a JSON node of skops must hold a single value');
}

/** JSON keys are strings; `key_types` says what they were, in the order of the file. */
function readDict(reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  const types = asList(reader.read(node.key_types)).map(type => typeName(type).replace(/^.*\./, ''));
  const entries = Object.entries(content(node));
  if (types.length !== entries.length)
    throw badFile(`${types.length} key types for a dict of ${entries.length} entries`);
  // JavaScript moves keys that look like integers to the front, which matters only when keys of several types are mixed.
  if (new Set(types).size > 1 && entries.some(([key]) => /^\d+$/.test(key))) {
    throw badFile('a dict whose keys are of several types, some of them numbers, is not supported');
  }
  const dict = new PyDict();
  entries.forEach(([key, value], i) => {
    dict.set(keyOf(key, types[i], reader.limits), reader.read(value));
  });
  if (cls.module === 'builtins' || cls.module === 'collections') return dict;
  const object = new PyObject(cls);
  object.items = dict;
  return object;
}

function keyOf(key: string, type: string, limits: PickleLimits): PyValue {
  if (type === 'str' || type === 'str_') return key;
  if (type === 'NoneType') return null;
  if (type.startsWith('bool')) return key.toLowerCase() === 'true';
  if (type.startsWith('float')) return key.toLowerCase() === 'nan' ? Number.NaN : Number(key);
  if (/^u?int/.test(type)) return decimal(key, limits.maxDigits);
  throw badFile(`a dict key of type ${type} is not supported`);
}

/** As the state of a pickled partial: (function, arguments, keywords, attributes). */
function readPartial(reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  const { func, args, kwds, namespace } = content(node);
  const parts = [func, args, kwds, namespace].map(part => reader.read(part));
  return withState(new PyObject(cls, [parts[0]]), new PyTuple(parts));
}

function readSlice(_reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  const { start, stop, step } = content(node);
  const bounds = [start ?? null, stop ?? null, step ?? null];
  if (!bounds.every(bound => bound === null || Number.isSafeInteger(bound)))
    throw badFile('a slice needs whole numbers or null');
  return new PyObject(cls, bounds as (number | null)[]);
}

function readObject(reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  const object = new PyObject(cls);
  return node.content === undefined ? object : withState(object, reader.read(node.content));
}

function withState(object: PyObject, state: PyValue): PyObject {
  build(object, state);
  return object;
}

/** Compiled classes: the arguments they are made with, and a state. */
function readReduced(reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  const reduced = node.__reduce__;
  if (!isNode(reduced)) throw badFile(`${cls.text} needs the arguments it is made with`);
  return withState(new PyObject(cls, asTuple(reader.read(reduced.args))), reader.read(node.content));
}

/** Parts under fixed names, each a node of its own, as attributes. */
function readMembers(reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  const object = new PyObject(cls);
  for (const [name, part] of Object.entries(content(node))) object.attributes.set(name, reader.read(part));
  return object;
}

function readArray(reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  if (node.type === 'json') return readObjectArray(reader, node);
  const array = readNpy(reader.archive.read(text(node, 'file')));
  return cls.name === 'ndarray' || cls.name === 'memmap' ? array : (elements(array)?.[0] ?? array);
}

/** Arrays of objects are nested lists, one level per axis. */
function readObjectArray(reader: SkopsReader, node: Node): PyValue {
  const shape = shapeOf(reader.read(node.shape));
  let objects = reader.list(node.content, 'the content');
  for (let axis = 1; axis < shape.length; axis++) objects = objects.flatMap(asList);
  return arrayOfObjects(new Dtype('O', 8), shape, objects);
}

function readDtype(reader: SkopsReader, node: Node): PyValue {
  const array = reader.read(node.content);
  if (!(array instanceof NdArray)) throw badFile(`a dtype is kept as an empty array, got ${typeName(array)}`);
  return array.dtype;
}

/** The attributes that the same matrix has in a pickle. */
function readSparse(reader: SkopsReader, node: Node, cls: PyGlobal): PyValue {
  const members = reader.archive.openEntry(text(node, 'file'));
  const object = new PyObject(cls);
  for (const name of members.names()) {
    const array = readNpy(members.read(name));
    const attribute = name.replace(/\.npy$/, '');
    if (attribute === 'shape') object.attributes.set('_shape', new PyTuple(elements(array) ?? []));
    else object.attributes.set(attribute, array);
  }
  return object;
}

function asList(value: PyValue): PyValue[] {
  if (!Array.isArray(value)) throw badFile(`a skops node must be a list, got ${typeName(value)}`);
  return value;
}

function asTuple(value: PyValue): readonly PyValue[] {
  if (!(value instanceof PyTuple)) throw badFile(`a skops node must be a tuple, got ${typeName(value)}`);
  return value.items;
}
