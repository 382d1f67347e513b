import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedGlobals } from '../../../src/formats/pickle/allow-list.js';
import { elements } from '../../../src/formats/pickle/arrays.js';
import { parseDtype } from '../../../src/formats/pickle/dtype.js';
import { DEFAULT_PICKLE_LIMITS } from '../../../src/formats/pickle/limits.js';
import { Unpickler } from '../../../src/formats/pickle/unpickler.js';
import { NdArray, type PyValue } from '../../../src/formats/pickle/values.js';
import { joined, named, text, uint32 } from '../../support/pickle-parts.js';

type Part = number | string | Uint8Array;

const run = (...parts: Part[]): PyValue =>
  new Unpickler(joined(...parts, '.'), DEFAULT_PICKLE_LIMITS, new AllowedGlobals().find).run();

/** dtype(name) with the state that numpy gives it; `state` are the parts between version and flags. */
const dtype = (name: string, state: readonly Part[] = [text('<'), 'NNN', 'J', uint32(-1), 'J', uint32(-1)]) =>
  joined(named('numpy', 'dtype'), text(name), 0x89, 0x88, 0x87, 'R', '(', 'K', 3, ...state, 'K', 0, 'tb');
const empty = joined(
  named('numpy.core.multiarray', '_reconstruct'),
  named('numpy', 'ndarray'),
  'K',
  0,
  0x85,
  'C',
  1,
  'b',
  0x87,
  'R',
);
const array = (shape: readonly Part[], type: Uint8Array, data: readonly Part[]) =>
  joined(empty, '(', 'K', 1, ...shape, type, 0x89, ...data, 'tb');
const scalar = (type: Uint8Array, ...data: Part[]) =>
  joined(named('numpy.core.multiarray', 'scalar'), type, ...data, 0x86, 'R');

describe('dtypes', () => {
  it('every short form is read', () => {
    for (const [form, name, size] of [
      ['f8', 'f8', 8],
      ['>i4', '>i4', 4],
      ['|b1', 'b1', 1],
      ['=u2', 'u2', 2],
      ['U12', 'U12', 48],
      ['S5', 'S5', 5],
      ['O', 'O', 8],
      ['M8[ns]', 'M8', 8],
      ['V16', 'V16', 16],
    ] as const) {
      assert.equal(parseDtype(form).text, name);
      assert.equal(parseDtype(form).itemSize, size);
    }
    for (const form of ['f16', 'i3', 'q8', 'float64', 'f8x', '<', 'U99999999999', '__proto__']) {
      assert.throws(() => parseDtype(form), /is not supported/);
    }
  });

  const refused: readonly [what: string, part: Uint8Array, message: RegExp][] = [
    ['a name that is a number', joined(named('numpy', 'dtype'), 'K', 1, 0x85, 'R'), /must be named by a str/],
    [
      'a field outside the record',
      dtype('V4', [text('|'), 'N', text('a'), 0x85, '}', text('a'), dtype('i4'), 'K', 1, 0x86, 's', 'K', 4, 'K', 1]),
      /field a at 1 does not fit/,
    ],
    [
      'a field without a dtype',
      dtype('V4', [text('|'), 'N', text('a'), 0x85, '}', 'K', 4, 'K', 1]),
      /every field .* needs a name/,
    ],
    ['text of half characters', dtype('U1', [text('<'), 'NNN', 'K', 6, 'K', 4]), /no whole characters/],
    [
      'a subarray of another size',
      dtype('V8', [text('|'), dtype('i4'), 'K', 3, 0x85, 0x86, 'NN', 'K', 8, 'K', 4]),
      /does not fill its field/,
    ],
  ];
  for (const [what, part, message] of refused) it(`${what} is refused`, () => assert.throws(() => run(part), message));

  it('a dtype cannot change behind the back of an array that was checked against it', () => {
    const type = joined(dtype('V4'), 0x94);
    const grown = joined('h', 0, '(', 'K', 3, text('|'), 'NNN', 'K', 100, 'K', 1, 'K', 0, 'tb');
    const twice = joined('(', type, array(['K', 1, 0x85], joined('h', 0), ['C', 4, 'abcd']), grown, 't');
    assert.throws(() => run(twice), /dtype V4 is in use/);
  });
});

describe('arrays', () => {
  it('scalars are single values', () => {
    assert.equal(run(scalar(dtype('f8'), 'C', 8, new Uint8Array(Float64Array.of(1.5).buffer))), 1.5);
    assert.equal(run(scalar(dtype('U2', [text('<'), 'NNN', 'K', 8, 'K', 4]), 'C', 8, 'a', 0, 0, 0, 0, 0, 0, 0)), 'a');
    assert.equal(run(scalar(dtype('O8'), text('as it is'))), 'as it is');
    assert.ok(run(scalar(dtype('M8'), 'C', 8, new Uint8Array(8))) instanceof NdArray);
  });

  it('text keeps inner zeros and loses trailing ones, as in numpy', () => {
    const value = run(
      array(['K', 1, 0x85], dtype('U3', [text('<'), 'NNN', 'K', 12, 'K', 4]), [
        'C',
        12,
        'a',
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        'b',
        0,
        0,
        0,
      ]),
    );
    assert.ok(value instanceof NdArray);
    assert.deepEqual(elements(value), ['a\0b']);
  });

  const refused: readonly [what: string, part: Uint8Array, message: RegExp][] = [
    ['too few bytes', array(['K', 3, 0x85], dtype('f8'), ['C', 8, 'abcdefgh']), /needs 24 bytes, got 8/],
    ['a shape of text', array([text('a'), 0x85], dtype('f8'), ['C', 0]), /whole numbers, got str/],
    ['a negative size', array(['J', uint32(-1), 0x85], dtype('f8'), ['C', 0]), /0 or more/],
    ['items of no bytes', array(['K', 3, 0x85], dtype('S0'), ['C', 0]), /items have no bytes/],
    ['a list for numbers', array(['K', 1, 0x85], dtype('f8'), [']', 'K', 1, 'a']), /cannot be made of objects/],
    ['too few objects', array(['K', 2, 0x85], dtype('O8'), [']', 'K', 1, 'a']), /needs 2 objects, got 1/],
    ['bytes for objects', array(['K', 1, 0x85], dtype('O8'), ['C', 8, 'abcdefgh']), /cannot be made of bytes/],
    ['a state that is a dict', joined(empty, '}b'), /must be a tuple of 5/],
    ['a dtype that is None', array(['K', 0, 0x85], joined('N'), ['C', 0]), /needs a dtype, got None/],
    [
      'another class',
      joined(named('numpy.core.multiarray', '_reconstruct'), named('builtins', 'object'), 0x85, 'R'),
      /ndarray only, not builtins\.object/,
    ],
  ];
  for (const [what, part, message] of refused) it(`${what} is refused`, () => assert.throws(() => run(part), message));

  it('an order of axes that is none is refused', () => {
    const buffer = (axes: Part[]) =>
      joined(
        named('numpy._core.numeric', '_frombuffer'),
        '(',
        'C',
        2,
        'ab',
        dtype('u1'),
        'K',
        1,
        'K',
        2,
        0x86,
        text('K'),
        ...axes,
        't',
        'R',
      );
    const value = run(buffer(['K', 1, 'K', 0, 0x86]));
    assert.ok(value instanceof NdArray);
    assert.deepEqual([...value.shape], [2, 1]);
    for (const axes of [
      ['K', 0, 'K', 0, 0x86],
      ['K', 0, 0x85],
      ['K', 2, 'K', 0, 0x86],
    ]) {
      assert.throws(() => run(buffer(axes)), /no order of 2 axes/);
    }
  });
});
