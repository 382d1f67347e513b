import { ServerError } from '../core/errors.js';
import type { Kernel } from './kernel.js';

interface PowerParams {
  readonly method: 'yeo-johnson' | 'box-cox';
  readonly inverse: boolean;
}

/** Numbers [rows, columns] to the power that `lambdas` has for each column, in the forms of Yeo and Johnson or Box and Cox. */
export const power: Kernel<PowerParams> = ({ params: { method, inverse }, arrays }) => {
  const lambdas = arrays.lambdas as Float64Array;
  const columns = lambdas.length;
  const apply = method === 'box-cox' ? (inverse ? boxCoxInverse : boxCox) : inverse ? yeoJohnsonInverse : yeoJohnson;
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const out = new Float64Array(rows * columns);
    for (let i = 0; i < out.length; i++) {
      if (method === 'box-cox' && !inverse && data[i] <= 0) throw notPositive(data[i], i, columns);
      out[i] = apply(data[i], lambdas[i % columns]);
    }
    return [{ type: 'f64', shape: [rows, columns], data: out }];
  };
};

function notPositive(value: number, i: number, columns: number): ServerError {
  const place = `row ${Math.floor(i / columns)}, column ${i % columns}`;
  return new ServerError('INVALID_ARGUMENT', `${place}: expected a number above 0 (Box-Cox), got ${value}`);
}

/** (base^lambda - 1) / lambda of the base whose logarithm is given; the logarithm itself for lambda 0. */
function scaledPower(log: number, lambda: number): number {
  return Math.abs(lambda) < Number.EPSILON ? log : Math.expm1(lambda * log) / lambda;
}

/** The base, less 1, whose scaled power is y. */
function baseLessOne(y: number, lambda: number): number {
  return Math.abs(lambda) < Number.EPSILON ? Math.expm1(y) : (lambda * y + 1) ** (1 / lambda) - 1;
}

function boxCox(x: number, lambda: number): number {
  return lambda === 0 ? Math.log(x) : scaledPower(Math.log(x), lambda);
}

function boxCoxInverse(y: number, lambda: number): number {
  return lambda === 0 ? Math.exp(y) : (lambda * y + 1) ** (1 / lambda);
}

function yeoJohnson(x: number, lambda: number): number {
  return x < 0 ? -scaledPower(Math.log1p(-x), 2 - lambda) : scaledPower(Math.log1p(x), lambda);
}

function yeoJohnsonInverse(y: number, lambda: number): number {
  return y < 0 ? -baseLessOne(-y, 2 - lambda) : baseLessOne(y, lambda);
}
