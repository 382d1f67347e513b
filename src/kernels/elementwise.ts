import type { Kernel } from './kernel.js';
import type { Value } from './value.js';

/** Functions of one number that onnxruntime has no float64 form of, or none that is exact near 0. */
export const FUNCTIONS = {
  log1p: Math.log1p,
  expm1: Math.expm1,
  log2: Math.log2,
  log10: Math.log10,
  exp2: (x: number) => 2 ** x,
  cbrt: Math.cbrt,
  trunc: Math.trunc,
  tan: Math.tan,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  arcsinh: Math.asinh,
  arccosh: Math.acosh,
  arctanh: Math.atanh,
} as const;

export type ElementFunction = keyof typeof FUNCTIONS;

interface ElementwiseParams {
  readonly function: ElementFunction;
}

/** Applies a function to every number of an f64 value of any shape. */
export const elementwise: Kernel<ElementwiseParams> = ({ params }) => {
  const apply = FUNCTIONS[params.function];
  return ([{ shape, data }]) => {
    const source = data as Float64Array;
    const out = new Float64Array(source.length);
    for (let i = 0; i < out.length; i++) out[i] = apply(source[i]);
    return [{ type: 'f64', shape, data: out } satisfies Value];
  };
};
