import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedGlobals } from '../../src/formats/pickle/allow-list.js';
import { DEFAULT_PICKLE_LIMITS, type PickleLimits } from '../../src/formats/pickle/limits.js';
import { NdArray, PyDict, PyGlobal, PyObject, PySet, PyTuple, type PyValue } from '../../src/formats/pickle/values.js';
import { readSkops } from '../../src/formats/skops.js';
import { type ZipFile, zip } from '../support/zip-writer.js';

type Json = Readonly<Record<string, unknown>>;

/** The value of a schema; the values of a whole model are in python-values.test.ts. */
function read(schema: Json | string, files: readonly ZipFile[] = [], limits: Partial<PickleLimits> = {}): PyValue {
  const content = typeof schema === 'string' ? schema : JSON.stringify({ ...schema, protocol: schema.protocol ?? 2 });
  const archive = zip([{ name: 'schema.json', content }, ...files]);
  return readSkops(archive, { ...DEFAULT_PICKLE_LIMITS, ...limits }, new AllowedGlobals().find);
}

const node = (loader: string, rest: Json = {}): Json => ({
  __class__: 'str',
  __module__: 'builtins',
  __loader__: loader,
  ...rest,
});
const json = (content: string) => node('JsonNode', { content, is_json: true });
const list = (...content: Json[]) => node('ListNode', { __class__: 'list', content });
const tuple = (...content: Json[]) => node('TupleNode', { __class__: 'tuple', content });
const type = (name: string, module = 'builtins') => node('TypeNode', { __class__: name, __module__: module });
const dict = (content: Json, ...types: string[]) =>
  node('DictNode', { __class__: 'dict', content, key_types: list(...types.map(name => type(name))) });

describe('skops nodes', () => {
  it('JSON values, with the words that Python adds', () => {
    assert.equal(read(json('"x"')), 'x');
    assert.equal(read(json('null')), null);
    assert.equal(read(json('true')), true);
    assert.equal(read(json('1.5')), 1.5);
    assert.equal(read(json('NaN')), Number.NaN);
    assert.equal(read(json('-Infinity')), Number.NEGATIVE_INFINITY);
    assert.equal(read(json('9007199254740993')), 9007199254740993n);
  });

  it('lists, tuples, sets', () => {
    assert.deepEqual(read(list(json('1'), tuple(json('2')))), [1, new PyTuple([2])]);
    assert.deepEqual(read(node('SetNode', { __class__: 'frozenset', content: [json('1')] })), new PySet([1], true));
  });

  it('dicts get the types of their keys back', () => {
    const typed = read(dict({ '1': json('"int"') }, 'int'));
    assert.ok(typed instanceof PyDict && typed.get(1) === 'int' && typed.get('1') === undefined);
    const named = read(dict({ __proto__x: json('1'), true: json('2') }, 'str', 'bool'));
    assert.ok(named instanceof PyDict && named.get(true) === 2);
    assert.throws(() => read(dict({ a: json('1'), '1': json('2') }, 'str', 'int')), /keys are of several types/);
    assert.throws(() => read(dict({ a: json('1') })), /0 key types for a dict of 1 entries/);
  });

  it('a key called __proto__ is a key', () => {
    const schema = JSON.stringify({ ...dict({ other: json('1') }, 'str'), protocol: 2 }).replace(
      '"other"',
      '"__proto__"',
    );
    const value = read(schema);
    assert.ok(value instanceof PyDict && value.get('__proto__') === 1);
  });

  it('objects get their attributes, compiled classes their arguments and state', () => {
    const svc = { __class__: 'SVC', __module__: 'sklearn.svm._classes' };
    const object = read(node('ObjectNode', { ...svc, content: dict({ C: json('2') }, 'str') }));
    assert.ok(object instanceof PyObject && object.cls.name === 'SVC' && object.attributes.get('C') === 2);
    const tree = { __class__: 'Tree', __module__: 'sklearn.tree._tree' };
    const made = read(
      node('TreeNode', {
        ...tree,
        __reduce__: { args: tuple(json('4')) },
        content: dict({ max_depth: json('3') }, 'str'),
      }),
    );
    assert.ok(made instanceof PyObject && made.attributes.get('max_depth') === 3);
    assert.deepEqual(made.args, [4]);
  });

  it('functions and types are names, partials hold them', () => {
    const log = node('FunctionNode', { __class__: 'log1p', __module__: 'numpy' });
    assert.deepEqual(read(log), new PyGlobal('numpy', 'log1p'));
    const partial = read(
      node('PartialNode', {
        __class__: 'partial',
        __module__: 'functools',
        content: { func: log, args: tuple(), kwds: dict({}), namespace: json('null') },
      }),
    );
    assert.ok(partial instanceof PyObject && partial.state instanceof PyTuple);
    assert.deepEqual(partial.state.items[0], new PyGlobal('numpy', 'log1p'));
  });

  it('arrays of objects of two axes are flattened row by row', () => {
    const array = { __class__: 'ndarray', __module__: 'numpy', type: 'json' };
    const rows = [list(json('1'), json('"a"')), list(json('2'), json('null'))];
    const value = read(node('NdArrayNode', { ...array, content: rows, shape: tuple(json('2'), json('2')) }));
    assert.ok(value instanceof NdArray);
    assert.deepEqual(value.objects, [1, 'a', 2, null]);
    const wrong = node('NdArrayNode', { ...array, content: rows, shape: tuple(json('3'), json('2')) });
    assert.throws(() => read(wrong), /needs 6 objects, got 4/);
  });

  const refused: readonly [what: string, schema: Json | string, message: RegExp][] = [
    [
      'a forbidden function',
      node('FunctionNode', { __class__: 'system', __module__: 'os' }),
      /os\.system is not allowed/,
    ],
    [
      'a forbidden class behind any loader',
      node('JsonNode', { __class__: 'Popen', __module__: 'subprocess', content: '1' }),
      /subprocess\.Popen/,
    ],
    ['a bound method', node('MethodNode', { content: {} }), /loader MethodNode of builtins\.str is not supported/],
    ['a loader named like a property of objects', node('constructor'), /loader constructor/],
    ['a protocol of the future', { ...json('1'), protocol: 3 }, /skops protocol 3/],
    ['a schema that is no JSON', '{', /no JSON/],
    ['a schema that is a list', '[]', /skops protocol undefined/],
    ['a node that is a number', node('ListNode', { content: [1] }), /must be an object, got 1/],
    ['a list that is none', node('ListNode', { content: {} }), /must be a list/],
    ['a JSON value that holds others', json('[1]'), /a single value/],
    ['a slice of text', node('SliceNode', { content: { start: 'a' } }), /whole numbers or null/],
    ['an array that is not there', node('NdArrayNode', { type: 'numpy', file: '1.npy' }), /no entry "1\.npy"/],
  ];
  for (const [what, schema, message] of refused)
    it(`${what} is refused`, () => assert.throws(() => read(schema), message));

  it('nesting and the number of objects are limited', () => {
    let deep = json('1');
    for (let i = 0; i < 50; i++) deep = list(deep);
    assert.throws(() => read(deep, [], { maxDepth: 20 }), /deeper than 20 levels/);
    assert.throws(() => read(deep, [], { maxObjects: 20 }), /more than 20 objects/);
  });
});
