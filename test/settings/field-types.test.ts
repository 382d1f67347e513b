import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boolean,
  type FieldType,
  integer,
  jsonObject,
  listOf,
  nullable,
  oneOf,
  parseAs,
  seconds,
  text,
  textOrObject,
  wholeSeconds,
} from '../../src/settings/field-types.js';

const at = { source: 'settings.json', field: 'x' };

const cases: { name: string; type: FieldType<unknown>; good: [written: unknown, read: unknown][]; bad: unknown[] }[] = [
  {
    name: 'boolean',
    type: boolean,
    good: [
      ...[true, 1, 'true', 'True', 'TRUE', 'yes', 'on', '1', 't', 'Y'].map((v): [unknown, unknown] => [v, true]),
      ...[false, 0, 'false', 'False', 'no', 'OFF', '0', 'f', 'n'].map((v): [unknown, unknown] => [v, false]),
    ],
    bad: [2, -1, 0.5, 'maybe', '', ' true', 'truee', null, [], {}, undefined],
  },
  {
    name: 'integer',
    type: integer(),
    good: [
      [3, 3],
      ['3', 3],
      [' 3 ', 3],
      [3.0, 3],
      ['3.0', 3],
      ['+3', 3],
      ['-3', -3],
      ['007', 7],
      ['1_000', 1000],
      [true, 1],
      [false, 0],
    ],
    bad: [1.5, '1.5', '1e3', '0x10', '', 'three', 'Infinity', Number.NaN, 2 ** 53, '9007199254740993', null, [3], {}],
  },
  {
    name: 'integer from 0 to 65535',
    type: integer({ min: 0, max: 65535 }),
    good: [
      [0, 0],
      ['65535', 65535],
    ],
    bad: [-1, 65536, '99999'],
  },
  {
    name: 'seconds',
    type: seconds,
    good: [
      [0.05, 50],
      ['0.05', 50],
      ['1e-2', 10],
      ['.5', 500],
      ['5.', 5000],
      [1, 1000],
      [0, 0],
      [2_147_483, 2_147_483_000],
    ],
    bad: [-0.1, 2_147_484, 'inf', Number.POSITIVE_INFINITY, Number.NaN, 'NaN', '', '1s', null],
  },
  {
    name: 'whole seconds',
    type: wholeSeconds,
    good: [
      [5, 5000],
      ['5', 5000],
    ],
    bad: [1.5, '1.5', -1, 2_147_484],
  },
  {
    name: 'text',
    type: text,
    good: [
      ['', ''],
      ['None', 'None'],
    ],
    bad: [1, true, null, ['a'], {}],
  },
  { name: 'one of', type: oneOf('auto', 'text'), good: [['text', 'text']], bad: ['Text', '', 1, null, '__proto__'] },
  {
    name: 'list',
    type: listOf(text),
    good: [
      [[], []],
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
    ],
    bad: ['a', [1], [null], {}, null],
  },
  { name: 'object', type: jsonObject, good: [[{ a: [1] }, { a: [1] }]], bad: [[], 'a', null, 1] },
  {
    name: 'text or object',
    type: textOrObject,
    good: [
      ['a.json', 'a.json'],
      [{ a: 1 }, { a: 1 }],
    ],
    bad: [1, [], null],
  },
  {
    name: 'nullable',
    type: nullable(integer()),
    good: [
      [null, null],
      ['4', 4],
    ],
    bad: ['null', 'None', '', []],
  },
];

for (const { name, type, good, bad } of cases) {
  test(`${name} reads what it should`, () => {
    for (const [written, read] of good) assert.deepEqual(parseAs(type, written, at), read, JSON.stringify(written));
  });

  test(`${name} refuses the rest, saying where and what`, () => {
    for (const written of bad) {
      assert.throws(
        () => parseAs(type, written, at),
        /^SettingsError: settings\.json: field 'x(\[0\])?': expected .+, found .+$/,
        JSON.stringify(written),
      );
    }
  });
}

test('a message shows scalars as they are, cuts long text and names the kind of containers', () => {
  const message = (value: unknown) => {
    try {
      parseAs(integer(), value, at);
    } catch (error) {
      return (error as Error).message.split('found ')[1];
    }
  };
  assert.equal(message('a\nb'), '"a\\nb"');
  assert.equal(message(null), 'null');
  assert.equal(message(undefined), 'nothing');
  assert.equal(message([1]), 'a list');
  assert.equal(message({}), 'an object');
  assert.equal(message('x'.repeat(100)), `"${'x'.repeat(60)}..."`);
});

test('a bad item of a list is named by its place', () => {
  assert.throws(() => parseAs(listOf(listOf(integer())), [[1], [2, 'x']], at), {
    message: `settings.json: field 'x[1][1]': expected an integer, found "x"`,
  });
});
