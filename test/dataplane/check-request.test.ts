import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { InputRule, ModelInterface } from '../../src/core/model-interface.js';
import { bytesColumn, type Tensor } from '../../src/core/tensor.js';
import { checkRequest } from '../../src/dataplane/check-request.js';
import { rowsModel, rowsTensor } from '../support/models.js';

type RowsRule = Extract<InputRule, { kind: 'rows' }>;

const PLAIN: RowsRule = { kind: 'rows', columns: 2, types: 'number', missing: false, infinite: false, empty: false };
/** Fitted on a frame: a number, a text, and a column that nobody reads. */
const FRAME: RowsRule = { ...PLAIN, columns: 3, names: ['age', 'city', 'id'], types: ['number', 'text', 'unused'] };

function model(rule: Partial<RowsRule> = {}): ModelInterface {
  return { ...rowsModel(2), methods: ['predict', 'predict_proba'], rule: { ...PLAIN, ...rule } };
}

const numbers = (name: string, shape: number[], ...values: number[]): Tensor => ({
  name,
  datatype: 'FP64',
  shape,
  data: Float64Array.from(values),
});
const texts = (name: string, shape: number[], ...values: string[]): Tensor => ({
  name,
  datatype: 'BYTES',
  shape,
  data: bytesColumn(values),
});

const age = numbers('age', [2], 30, 40);
const city = texts('city', [2, 1], 'Ghent', 'Lima');

/** What is refused, and how. */
const REFUSED: readonly [about: string, rule: Partial<RowsRule>, inputs: readonly Tensor[], message: string][] = [
  ['no tensor', {}, [], 'inputs: expected one tensor of shape [-1,2], got none'],
  ['columns that are too few', {}, [rowsTensor([[1]])], "input 'x': expected shape [-1,2], got [1,1]"],
  ['columns that are too many', {}, [rowsTensor([[1, 2, 3]])], "input 'x': expected shape [-1,2], got [1,3]"],
  ['one dimension', {}, [numbers('x', [2], 1, 2)], "input 'x': expected shape [-1,2], got [2]"],
  ['three dimensions', {}, [numbers('x', [1, 2, 1], 1, 2)], "input 'x': expected shape [-1,2], got [1,2,1]"],
  ['no dimension', {}, [numbers('x', [], 1)], "input 'x': expected shape [-1,2], got []"],
  [
    'no rows',
    {},
    [rowsTensor([])].map(tensor => ({ ...tensor, shape: [0, 2] })),
    "input 'x': expected at least one row, got shape [0,2]",
  ],
  [
    'two tensors',
    {},
    [age, city],
    'inputs: the model was fitted without column names, expected one tensor of shape [-1,2], got 2 tensors',
  ],
  ['texts for numbers', {}, [texts('x', [1, 2], 'a', 'b')], "input 'x': expected numbers, got datatype BYTES"],
  [
    'numbers for texts',
    { types: ['text', 'text'] },
    [rowsTensor([[1, 2]])],
    "input 'x': expected text (datatype BYTES), got datatype FP64",
  ],
  [
    'NaN',
    {},
    [
      rowsTensor([
        [1, 2],
        [3, Number.NaN],
      ]),
    ],
    "input 'x': value 3 is NaN or null, which this model does not understand",
  ],
  [
    'infinity',
    { missing: true },
    [rowsTensor([[1, Number.NEGATIVE_INFINITY]])],
    "input 'x': value 1 is infinite, expected a finite number",
  ],
  [
    'NaN in another column than the one that takes it',
    { missing: [true, false] },
    [
      rowsTensor([
        [Number.NaN, 1],
        [1, Number.NaN],
      ]),
    ],
    "input 'x': value 3 is NaN or null, which this model does not understand",
  ],
  [
    'a NaN of half precision',
    {},
    [{ name: 'x', datatype: 'FP16', shape: [1, 2], data: Uint16Array.of(0x3c00, 0x7e00) }],
    "input 'x': value 1 is NaN or null, which this model does not understand",
  ],
  ['a column that is missing', FRAME, [age], "inputs: column 'city' is missing"],
  [
    'a column that is not known',
    FRAME,
    [age, city, numbers('height', [2], 1, 2)],
    "input 'height': the model has no such column, it has 'age', 'city', 'id'",
  ],
  [
    'a column called __proto__',
    FRAME,
    [age, city, numbers('__proto__', [2], 1, 2)],
    "input '__proto__': the model has no such column, it has 'age', 'city', 'id'",
  ],
  [
    'columns of unlike length',
    FRAME,
    [age, texts('city', [1], 'Ghent')],
    "input 'city': expected shape [2] or [2,1], got [1]",
  ],
  [
    'a column of two',
    FRAME,
    [age, texts('city', [2, 2], 'a', 'b', 'c', 'd')],
    "input 'city': expected shape [2] or [2,1], got [2,2]",
  ],
  [
    'a column of three dimensions',
    FRAME,
    [age, texts('city', [2, 1, 1], 'a', 'b')],
    "input 'city': expected shape [2] or [2,1], got [2,1,1]",
  ],
  [
    'text in a column of numbers',
    FRAME,
    [texts('age', [2], 'a', 'b'), city],
    "input 'age': expected numbers, got datatype BYTES",
  ],
  [
    'numbers in a column of texts',
    FRAME,
    [age, numbers('city', [2], 1, 2)],
    "input 'city': expected text (datatype BYTES), got datatype FP64",
  ],
];

const TAKEN: readonly [about: string, rule: Partial<RowsRule>, inputs: readonly Tensor[]][] = [
  [
    'a matrix by any name',
    {},
    [
      rowsTensor(
        [
          [1, 2],
          [3, 4],
        ],
        'whatever',
      ),
    ],
  ],
  ['integers', {}, [{ name: 'x', datatype: 'UINT8', shape: [1, 2], data: Uint8Array.of(1, 2) }]],
  ['a matrix for a model fitted on names', { names: ['a', 'b'] }, [rowsTensor([[1, 2]])]],
  ['any number of columns', { columns: -1 }, [rowsTensor([[1, 2, 3, 4, 5]])]],
  ['no rows where that is fine', { empty: true }, [{ ...rowsTensor([]), shape: [0, 2] }]],
  [
    'NaN and the infinities where they are understood',
    { missing: true, infinite: true },
    [rowsTensor([[Number.NaN, Number.POSITIVE_INFINITY]])],
  ],
  [
    'NaN in the column that takes it',
    { missing: [true, false] },
    [
      rowsTensor([
        [Number.NaN, 1],
        [Number.NaN, 2],
      ]),
    ],
  ],
  ['texts as a vector for a model of one column', { columns: 1, types: ['text'] }, [texts('x', [3], 'a', 'b', 'c')]],
  ['columns by name, in any order and shape', FRAME, [city, age, numbers('id', [2], 1, 2)]],
  ['a frame without the column that nobody reads', FRAME, [age, city]],
  [
    'columns it has no use for, where that is said',
    { ...FRAME, others: true },
    [age, city, numbers('height', [2], 1, 2)],
  ],
  ['one column of two, by name', { names: ['a', 'b'], types: ['number', 'unused'] }, [numbers('a', [3], 1, 2, 3)]],
];

describe('a request for a model of rows', () => {
  for (const [about, rule, inputs, message] of REFUSED) {
    it(`is refused: ${about}`, () => {
      assert.throws(
        () => checkRequest(model(rule), { inputs }),
        (error: unknown) => {
          assert.ok(error instanceof ServerError);
          assert.deepEqual([error.code, error.message], ['INVALID_ARGUMENT', message]);
          return true;
        },
      );
    });
  }

  for (const [about, rule, inputs] of TAKEN) {
    it(`is taken: ${about}`, () => checkRequest(model(rule), { inputs }));
  }

  it('may ask for the outputs that the model has', () => {
    const inputs = [rowsTensor([[1, 2]])];
    checkRequest(model(), { inputs, outputs: [{ name: 'predict_proba' }, { name: 'predict' }] });
    for (const name of ['transform', '__proto__', '']) {
      const message = `output '${name}': the model only supports 'predict', 'predict_proba' as outputs (${name} was received)`;
      assert.throws(() => checkRequest(model(), { inputs, outputs: [{ name }] }), {
        code: 'INVALID_ARGUMENT',
        message,
      });
    }
  });
});

it('a request for a model that makes of it what it will is taken as it is', () => {
  const free: ModelInterface = { ...rowsModel(1), methods: undefined, rule: { kind: 'free' } };
  checkRequest(free, { inputs: [], outputs: [{ name: 'anything' }] });
});
