import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InputRule, ModelInterface } from '../../src/core/model-interface.js';
import { bytesColumn, missingText, type Tensor } from '../../src/core/tensor.js';
import { checkRequest } from '../../src/dataplane/check-request.js';
import { rowsModel } from '../support/models.js';

type RowsRule = Extract<InputRule, { kind: 'rows' }>;

const frame: RowsRule = {
  kind: 'rows',
  columns: 4,
  names: ['age', 'city', 'note', 'other'],
  types: ['number', 'text', 'any', 'unused'],
  missing: [true, true, false, true],
  infinite: false,
  others: true,
  empty: false,
};

function model(rule: RowsRule): ModelInterface {
  return { ...rowsModel(rule.columns), rule };
}

function numbers(name: string, shape: readonly number[], ...values: number[]): Tensor {
  return { name, datatype: 'FP64', shape, data: Float64Array.from(values) };
}

function words(name: string, ...texts: (string | null)[]): Tensor {
  const data = bytesColumn(texts.map(text => text ?? missingText()));
  return { name, datatype: 'BYTES', shape: [texts.length], data };
}

const age = numbers('age', [2], 30, Number.NaN);
const city = words('city', 'Paris', null);
const note = words('note', 'x', '');

describe('a frame', () => {
  it('may have its columns in any order, as vectors or columns', () => {
    checkRequest(model(frame), { inputs: [note, numbers('age', [2, 1], 1, 2), city] });
  });

  it('may lack what is not used and bring more', () => {
    checkRequest(model(frame), { inputs: [age, city, note, words('more', 'a', 'b')] });
    checkRequest(model(frame), { inputs: [age, city, note, words('other', 'a', 'b')] });
  });

  it('may have numbers or text where the model takes either', () => {
    checkRequest(model(frame), { inputs: [age, city, numbers('note', [2], 1, 2)] });
  });

  it('may be a single column of a model with several', () => {
    const one: RowsRule = { ...frame, types: ['number', 'unused', 'unused', 'unused'] };
    checkRequest(model(one), { inputs: [age] });
  });

  const refused: readonly (readonly [about: string, rule: RowsRule, inputs: readonly Tensor[], message: RegExp])[] = [
    ['a column is missing', frame, [age, city], /inputs: column 'note' is missing/],
    [
      'a column the model has not',
      { ...frame, others: false },
      [age, city, note, words('more', 'a', 'b')],
      /input 'more': the model has no such column, it has 'age', 'city', 'note', 'other'/,
    ],
    [
      'text for numbers',
      frame,
      [words('age', '1', '2'), city, note],
      /input 'age': expected numbers, got datatype BYTES/,
    ],
    [
      'numbers for text',
      frame,
      [age, numbers('city', [2], 1, 2), note],
      /input 'city': expected text \(datatype BYTES\), got datatype FP64/,
    ],
    ['fewer rows', frame, [age, city, words('note', 'x')], /input 'note': expected shape \[2\] or \[2,1\], got \[1\]/],
    [
      'other rows in a column nobody reads',
      frame,
      [age, city, note, words('more', 'a')],
      /input 'more': expected shape \[2\] or \[2,1\], got \[1\]/,
    ],
    [
      'a missing text',
      frame,
      [age, city, words('note', 'x', null)],
      /input 'note': value 1 is NaN or null, which this model does not understand/,
    ],
    [
      'an infinite number',
      frame,
      [numbers('age', [2], 1, -Infinity), city, note],
      /input 'age': value 1 is infinite, expected a finite number/,
    ],
    [
      'several tensors for a model without names',
      { ...frame, names: undefined },
      [age, city],
      /fitted without column names, expected one tensor of shape \[-1,4\], got 2 tensors/,
    ],
  ];
  for (const [about, rule, inputs, message] of refused) {
    it(`is refused: ${about}`, () => assert.throws(() => checkRequest(model(rule), { inputs }), message));
  }
});

describe('one tensor', () => {
  const plain: RowsRule = { ...frame, names: undefined, types: 'number' };
  const text: RowsRule = { ...frame, columns: 1, names: undefined, types: ['text'], missing: false };

  it('has missing values only in columns that take them', () => {
    checkRequest(model(plain), { inputs: [numbers('x', [1, 4], Number.NaN, 1, 2, Number.NaN)] });
    const wrong = { inputs: [numbers('x', [2, 4], 1, 2, 3, 4, 5, 6, Number.NaN, 8)] };
    assert.throws(() => checkRequest(model(plain), wrong), /input 'x': value 6 is NaN or null/);
  });

  it('may be of any width where the model takes any', () => {
    checkRequest(model({ ...plain, columns: -1, missing: false }), { inputs: [numbers('x', [1, 3], 1, 2, 3)] });
  });

  it('is a vector or a column of text', () => {
    checkRequest(model(text), { inputs: [words('x', 'a', 'b')] });
    checkRequest(model(text), { inputs: [{ ...words('x', 'a', 'b'), shape: [2, 1] }] });
    assert.throws(() => checkRequest(model(text), { inputs: [words('x', null)] }), /input 'x': value 0 is NaN or null/);
    assert.throws(() => checkRequest(model(text), { inputs: [{ ...words('x', 'a', 'b'), shape: [1, 2] }] }), /shape/);
  });

  it('is a vector of numbers only where the model says so', () => {
    const vector = { inputs: [numbers('x', [2], 1, 2)] };
    checkRequest(model({ ...text, types: ['number'] }), vector);
    assert.throws(
      () => checkRequest(model({ ...text, types: 'number' }), vector),
      /expected shape \[-1,1\], got \[2\]/,
    );
  });
});
