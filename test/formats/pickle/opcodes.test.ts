import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../../src/core/errors.js';
import { AllowedGlobals } from '../../../src/formats/pickle/allow-list.js';
import { DEFAULT_PICKLE_LIMITS, type PickleLimits } from '../../../src/formats/pickle/limits.js';
import { Unpickler } from '../../../src/formats/pickle/unpickler.js';
import {
  NdArray,
  PyDict,
  PyGlobal,
  PyObject,
  PySet,
  PyTuple,
  type PyValue,
} from '../../../src/formats/pickle/values.js';
import { joined, named, text, uint32, uint64 } from '../../support/pickle-parts.js';

type Part = number | string | Uint8Array;

function run(parts: readonly Part[], limits: Partial<PickleLimits> = {}): PyValue {
  const machine = new Unpickler(
    joined(...parts, '.'),
    { ...DEFAULT_PICKLE_LIMITS, ...limits },
    new AllowedGlobals().find,
  );
  const value = machine.run();
  assert.equal(machine.reader.left, 0);
  return value;
}

function refuses(parts: readonly Part[], message: RegExp, limits: Partial<PickleLimits> = {}): void {
  assert.throws(
    () => run(parts, limits),
    (error: unknown) =>
      error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && message.test(error.message),
  );
}

describe('scalar opcodes', () => {
  const cases: readonly [name: string, parts: readonly Part[], value: PyValue][] = [
    ['NONE', ['N'], null],
    ['NEWTRUE', [0x88], true],
    ['NEWFALSE', [0x89], false],
    ['INT', ['I-7\n'], -7],
    ['INT, a bool of old', ['I01\n'], true],
    ['INT, the other', ['I00\n'], false],
    ['INT beyond 2^53', ['I9007199254740993\n'], 9007199254740993n],
    ['LONG', ['L12L\n'], 12],
    ['LONG beyond 2^53', ['L-9007199254740993L\n'], -9007199254740993n],
    ['BININT', ['J', uint32(-2)], -2],
    ['BININT1', ['K', 255], 255],
    ['BININT2', ['M', 1, 2], 513],
    ['LONG1 of nothing', [0x8a, 0], 0],
    ['LONG1, negative', [0x8a, 1, 0x80], -128],
    ['LONG1, positive with a sign byte', [0x8a, 2, 0x80, 0], 128],
    ['LONG1 beyond 2^53', [0x8a, 8, uint64(2n ** 60n)], 2n ** 60n],
    ['LONG4', [0x8b, uint32(3), 0xff, 0xff, 0xff], -1],
    ['FLOAT', ['F-1.5e3\n'], -1500],
    ['FLOAT, infinite', ['F-inf\n'], Number.NEGATIVE_INFINITY],
    ['FLOAT, NaN', ['Fnan\n'], Number.NaN],
    ['BINFLOAT', ['G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ['UNICODE', ['Va\\u00e9\\U0001f600\xe9\n'], 'aé😀é'],
    ['SHORT_BINUNICODE', [text('é😀')], 'é😀'],
    ['SHORT_BINUNICODE with a byte order mark', [text('\ufeffa')], '\ufeffa'],
    ['BINUNICODE', ['X', uint32(2), 'ab'], 'ab'],
    ['BINUNICODE8', [0x8d, uint64(60n), 'x'.repeat(60)], 'x'.repeat(60)],
    ['SHORT_BINBYTES', ['C', 2, 0, 255], Uint8Array.of(0, 255)],
    ['BINBYTES', ['B', uint32(1), 7], Uint8Array.of(7)],
    ['BINBYTES8', [0x8e, uint64(1n), 7], Uint8Array.of(7)],
    ['BYTEARRAY8', [0x96, uint64(1n), 7], Uint8Array.of(7)],
  ];
  for (const [name, parts, value] of cases) {
    it(`${name} is read`, () => {
      const got = run(parts);
      assert.deepEqual(got instanceof Uint8Array ? Uint8Array.from(got) : got, value);
    });
  }

  it('bytes are views on the file', () => {
    const file = joined('C', 2, 5, 6, '.');
    const value = new Unpickler(file, DEFAULT_PICKLE_LIMITS, new AllowedGlobals().find).run();
    assert.ok(value instanceof Uint8Array && value.buffer === file.buffer);
  });

  const refused: readonly [name: string, parts: readonly Part[], message: RegExp][] = [
    ['a length beyond the file', ['X', uint32(5), 'ab'], /a string of 5 bytes, but 3 are left/],
    ['text that is not UTF-8', [0x8c, 1, 0xff], /not UTF-8/],
    ['long text that is not UTF-8', [0x8c, 60, ...new Array(60).fill(0xc0)], /not UTF-8/],
    ['an integer of letters', ['I1a\n'], /"1a" is no integer/],
    ['an integer of a negative length', [0x8b, uint32(-1)], /an integer of -1 bytes/],
    ['an integer without end', ['I12'], /without an end of line/],
    ['a float of nothing', ['F\n'], /no float/],
    ['a character that does not exist', ['V\\Uffffffff\n'], /no character/],
    ['strings of Python 2', ['U', 1, 'a'], /strings of Python 2/],
  ];
  for (const [name, parts, message] of refused) it(`${name} is refused`, () => refuses(parts, message));

  it('integers of more digits than the limit are refused before they are converted', () => {
    refuses(['I', '9'.repeat(50), '\n'], /50 digits; at most 40/, { maxDigits: 40 });
    refuses([0x8a, 20, new Uint8Array(20)], /20 bytes; at most 40 digits/, { maxDigits: 40 });
  });
});

describe('container opcodes', () => {
  it('tuples of every size keep their order', () => {
    assert.deepEqual(run([')']), new PyTuple([]));
    assert.deepEqual(run(['K', 1, 0x85]), new PyTuple([1]));
    assert.deepEqual(run(['K', 1, 'K', 2, 0x86]), new PyTuple([1, 2]));
    assert.deepEqual(run(['K', 1, 'K', 2, 'K', 3, 0x87]), new PyTuple([1, 2, 3]));
    assert.deepEqual(run(['(', 'K', 1, 'K', 2, 'K', 3, 'K', 4, 't']), new PyTuple([1, 2, 3, 4]));
  });

  it('lists are filled one by one, many at a time, and from a mark', () => {
    assert.deepEqual(run([']', 'K', 1, 'a', '(', 'K', 2, 'K', 3, 'e']), [1, 2, 3]);
    assert.deepEqual(run(['(', 'K', 1, 'N', 'l']), [1, null]);
  });

  it('dicts keep insertion order and take keys of many kinds', () => {
    const dict = run(['}', text('b'), 'K', 1, 's', '(', 'K', 2, 'N', text('a'), 0x88, 'K', 7, 0x85, 0x89, 'u']);
    assert.ok(dict instanceof PyDict);
    assert.deepEqual([...dict.keys()], ['b', 2, 'a', new PyTuple([7])]);
    assert.equal(dict.get(new PyTuple([7])), false);
    const old = run(['(', text('a'), 'K', 1, 'd']);
    assert.ok(old instanceof PyDict && old.get('a') === 1);
  });

  it('sets and frozen sets are told apart', () => {
    assert.deepEqual(run([0x8f, '(', 'K', 1, 'K', 2, 0x90]), new PySet([1, 2], false));
    assert.deepEqual(run(['(', 'K', 1, 0x91]), new PySet([1], true));
  });

  it('a list that holds itself is read', () => {
    const list = run([']', 0x94, 'h', 0, 'a']);
    assert.ok(Array.isArray(list) && list[0] === list);
  });

  const refused: readonly [name: string, parts: readonly Part[], message: RegExp][] = [
    ['a key without a value', ['}', '(', 'K', 1, 'u'], /a value for every key/],
    ['a list as a key', ['}', ']', 'N', 's'], /key cannot be list/],
    ['items of a number', ['K', 1, 'K', 2, 'K', 3, 's'], /sets items of int/],
    ['appending to a number', ['K', 1, 'K', 2, 'a'], /appends to int/],
    ['appending many to nothing', ['(', 'K', 1, 'e'], /appends to nothing/],
    ['adding to a list', [']', '(', 'K', 1, 0x90], /adds to list/],
    ['a mark that is not there', ['N', 't'], /mark that was never set/],
    ['values from below the mark', ['N', '(', 0x85], /empty stack/],
  ];
  for (const [name, parts, message] of refused) it(`${name} is refused`, () => refuses(parts, message));

  it('a key that would take for ever to compare is refused', () => {
    const laughs: Part[] = [')', 0x94];
    for (let level = 0; level < 20; level++) laughs.push('h', level, 'h', level, 0x86, 0x94);
    refuses(['}', '(', ...laughs, 't', 'N', 's'], /more than 256 values/);
  });
});

describe('stack, memo and protocol opcodes', () => {
  it('POP drops a value or a mark, POP_MARK all above it, DUP repeats', () => {
    assert.equal(run(['K', 1, 'K', 2, '0']), 1);
    assert.equal(run(['K', 1, '(', '0']), 1);
    assert.equal(run(['K', 1, '(', 'K', 2, 'K', 3, '1']), 1);
    assert.deepEqual(run(['K', 1, '2', 0x86]), new PyTuple([1, 1]));
  });

  it('every form of the memo gives back the same object', () => {
    for (const [put, get] of [
      [['p7\n'], ['g7\n']],
      [
        ['q', 7],
        ['h', 7],
      ],
      [
        ['r', uint32(0xffffffff)],
        ['j', uint32(0xffffffff)],
      ],
      [[0x94], ['h', 0]],
    ]) {
      const pair = run([']', ...put, ...get, 0x86]);
      assert.ok(pair instanceof PyTuple && pair.items[0] === pair.items[1]);
    }
  });

  it('MEMOIZE counts on from entries stored by index', () => {
    const pair = run([']', 'q', 0, '}', 0x94, 'h', 1, 0x87]);
    assert.ok(pair instanceof PyTuple && pair.items[1] === pair.items[2]);
  });

  it('protocols up to 5 and frames are read', () => {
    assert.equal(run([0x80, 5, 0x95, uint64(2n), 'N']), null);
    assert.deepEqual(run(['C', 1, 9, 0x98]), joined(9));
  });

  const refused: readonly [name: string, parts: readonly Part[], message: RegExp][] = [
    ['protocol 6', [0x80, 6], /protocol 6; at most 5/],
    ['a frame longer than the file', [0x95, uint64(2n ** 63n)], /a frame of .* bytes, but 1 are left/],
    ['an unknown opcode', [0xff], /no opcode 0xff/],
    ['a memo entry that was never stored', ['h', 9], /memo entry 9 was never stored/],
    ['a memo index of letters', ['gab\n'], /"ab" is no memo index/],
    ['STOP with values left', ['N', 'N'], /more than one value/],
    ['STOP on nothing', [], /empty stack/],
    ['a persistent id', ['Pid\n'], /PERSID .*outside the file/],
    ['a binary persistent id', ['N', 'Q'], /BINPERSID .*outside the file/],
    ['the extension registry', [0x82, 1], /EXT1 .*registry/],
    ['an out-of-band buffer', [0x97], /NEXT_BUFFER .*outside the file/],
  ];
  for (const [name, parts, message] of refused) it(`${name} is refused`, () => refuses(parts, message));

  it('the limits on stack, memo and objects hold', () => {
    refuses(['N', 'N', 'N'], /more than 2 values on the stack/, { maxStack: 2 });
    refuses(['N', 0x94, 0x94, 0x94], /more than 2 memo entries/, { maxMemoEntries: 2 });
    refuses(['N', 'r', uint32(9), 'r', uint32(8), 'r', uint32(7)], /more than 2 memo entries/, { maxMemoEntries: 2 });
    refuses([']', ']', '}'], /more than 2 objects/, { maxObjects: 2 });
  });
});

describe('object opcodes', () => {
  const cls = named('sklearn.linear_model._base', 'LinearRegression');

  it('GLOBAL and STACK_GLOBAL name the same class, once per file', () => {
    const pair = run(['csklearn.svm._classes\nSVC\n', named('sklearn.svm._classes', 'SVC'), 0x86]);
    assert.ok(pair instanceof PyTuple && pair.items[0] === pair.items[1]);
    assert.deepEqual(pair.items[0], new PyGlobal('sklearn.svm._classes', 'SVC'));
  });

  it('names of Python 2 are read as those of Python 3', () => {
    assert.deepEqual(run(['c__builtin__\nxrange\n']), new PyGlobal('builtins', 'range'));
    assert.deepEqual(run(['ccopy_reg\n_reconstructor\n']), new PyGlobal('copyreg', '_reconstructor'));
  });

  it('NEWOBJ, NEWOBJ_EX and REDUCE write down class and arguments', () => {
    const plain = run([cls, 'K', 1, 0x85, 0x81]);
    assert.ok(plain instanceof PyObject && plain.cls.name === 'LinearRegression');
    assert.deepEqual(plain.args, [1]);
    const keywords = run([cls, 'K', 1, 0x85, '}', text('b'), 'K', 2, 's', 0x92]);
    assert.ok(keywords instanceof PyObject && keywords.args[1] instanceof PyDict && keywords.args[1].get('b') === 2);
    const reduced = run([named('builtins', 'slice'), 'N', 'K', 2, 'N', 0x87, 'R']);
    assert.ok(reduced instanceof PyObject && reduced.cls.name === 'slice');
    assert.deepEqual(reduced.args, [null, 2, null]);
  });

  it("BUILD sets attributes, also those named like JavaScript's own", () => {
    const object = run([
      cls,
      ')',
      0x81,
      '}(',
      text('__proto__'),
      '}',
      text('polluted'),
      0x88,
      's',
      text('constructor'),
      'K',
      1,
      'ub',
    ]);
    assert.ok(object instanceof PyObject);
    assert.deepEqual([...object.attributes.keys()], ['__proto__', 'constructor']);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('BUILD with a pair of dicts sets both, with another tuple keeps it as the state', () => {
    const slots = run([cls, ')', 0x81, 'N', '}', text('a'), 'K', 1, 's', 0x86, 'b']);
    assert.ok(slots instanceof PyObject && slots.attributes.get('a') === 1);
    const compiled = run([cls, ')', 0x81, 'K', 1, 'K', 2, 0x86, 'b']);
    assert.ok(compiled instanceof PyObject && compiled.attributes.size === 0);
    assert.deepEqual(compiled.state, new PyTuple([1, 2]));
  });

  it('an index of pandas is the array it is made of', () => {
    const index = joined(
      named('pandas.core.indexes.base', '_new_Index'),
      named('pandas.core.indexes.base', 'Index'),
      '}',
      text('data'),
    );
    const frombuffer = joined(named('numpy.core.numeric', '_frombuffer'), '(', 'C', 1, 7);
    const bytes = joined(frombuffer, named('numpy', 'dtype'), text('u1'), 0x85, 'R', 'K', 1, 0x85, text('C'), 'tR');
    const value = run([index, bytes, 's', 0x86, 'R']);
    assert.ok(value instanceof NdArray);
    assert.deepEqual([...value.shape], [1]);
    assert.ok(run([index, 'N', 's', 0x86, 'R']) instanceof PyObject);
  });

  it('items set on an object are its entries', () => {
    const bunch = run([named('sklearn.utils._bunch', 'Bunch'), ')', 0x81, text('k'), 'K', 5, 's']);
    assert.ok(bunch instanceof PyObject && bunch.items?.get('k') === 5);
  });

  const refused: readonly [name: string, parts: readonly Part[], message: RegExp][] = [
    ['a call of a string', [text('os.system'), ')', 'R'], /calls str, which is no class or function/],
    ['an object of a number', ['K', 1, ')', 0x81], /makes an object of int/],
    ['arguments that are no tuple', [cls, ']', 'R'], /must be a tuple, got list/],
    ['keywords that are no dict', [cls, ')', 'N', 0x92], /keyword arguments must be a dict/],
    ['a state for a number', ['K', 1, '}', 'b'], /gives a state to int/],
    ['an attribute that is no string', [cls, ')', 0x81, '}', 'K', 1, 'N', 's', 'b'], /must be named by a str, got int/],
    ['a class name that is no string', [text('os'), 'N', 0x93], /must be str, got str and None/],
    ['INST', ['(', 'ios\nsystem\n'], /os\.system/],
    ['INST of an allowed class', ['(', 'icollections\nOrderedDict\n'], /the old way to make collections\.OrderedDict/],
    ['OBJ', ['(', 'o'], /OBJ .*the old way/],
  ];
  for (const [name, parts, message] of refused) it(`${name} is refused`, () => refuses(parts, message));

  it('errors say which opcode stands at which byte', () => {
    refuses(['N', 'N', 'a'], /^pickle, APPEND at byte 2: /);
  });
});
