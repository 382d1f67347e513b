import { commonShape, spread } from './broadcast.js';
import { newNumbers, numbersOf, type Operation, resultOf } from './operation.js';

function unary(apply: (x: number) => number): Operation {
  return ([value], type) => {
    const x = numbersOf(value);
    const out = newNumbers(type, x.length);
    for (let i = 0; i < out.length; i++) out[i] = apply(x[i]);
    return resultOf(type, value.shape, out);
  };
}

function binary(apply: (x: number, y: number) => number): Operation {
  return ([left, right], type) => {
    const shape = commonShape(left.shape, right.shape);
    const x = spread(left, shape);
    const y = spread(right, shape);
    const out = newNumbers(type, x.length);
    for (let i = 0; i < out.length; i++) out[i] = apply(x[i], y[i]);
    return resultOf(type, shape, out);
  };
}

const test = (is: boolean): number => (is ? 1 : 0);

export const ELEMENTWISE: Readonly<Record<string, Operation>> = {
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary((x, y) => x / y),
  Pow: binary((x, y) => x ** y),
  Max: binary((x, y) => Math.max(x, y)),
  Min: binary((x, y) => Math.min(x, y)),
  Less: binary((x, y) => test(x < y)),
  LessOrEqual: binary((x, y) => test(x <= y)),
  Greater: binary((x, y) => test(x > y)),
  GreaterOrEqual: binary((x, y) => test(x >= y)),
  Equal: binary((x, y) => test(x === y)),
  And: binary((x, y) => x & y),
  Or: binary((x, y) => x | y),
  Not: unary(x => 1 - x),
  Neg: unary(x => -x),
  Abs: unary(Math.abs),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Tanh: unary(Math.tanh),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfToEven),
  Sign: unary(Math.sign),
  IsNaN: unary(x => test(Number.isNaN(x))),
  Where: ([condition, left, right], type) => {
    const shape = commonShape(condition.shape, commonShape(left.shape, right.shape));
    const isTrue = spread(condition, shape);
    const x = spread(left, shape);
    const y = spread(right, shape);
    const out = newNumbers(type, x.length);
    for (let i = 0; i < out.length; i++) out[i] = isTrue[i] === 1 ? x[i] : y[i];
    return resultOf(type, shape, out);
  },
  Cast: (inputs, type) => {
    if (type === 'i64') {
      const data = BigInt64Array.from(numbersOf(inputs[0]), x => BigInt(Math.trunc(x)));
      return { type, shape: inputs[0].shape, data };
    }
    return toNumbers(inputs, type, {});
  },
};

const toNumbers: Operation = ([value], type) => {
  const { data } = value;
  const out = newNumbers(type, data.length);
  if (type === 'bool') for (let i = 0; i < out.length; i++) out[i] = Number(data[i]) === 0 ? 0 : 1;
  else for (let i = 0; i < out.length; i++) out[i] = Number(data[i]);
  return resultOf(type, value.shape, out);
};

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
