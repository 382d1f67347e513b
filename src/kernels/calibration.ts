import { interpolate } from './interpolate.js';
import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

/** A score -> a probability. */
type Curve = (score: number) => number;

/**
 * Scores [rows] or [rows, curves] -> probabilities of that shape by one curve per column. Sigmoids 1 / (1 + exp(a s + b)) have
 * the arrays `a` and `b`. Broken lines have the arrays `x` (rising), `y`, and `starts`: the points of curve c begin at
 * starts[c], and beyond its ends a line stays level.
 */
export const calibration: Kernel = ({ arrays }) => {
  const curves = arrays.a === undefined ? brokenLines(arrays) : sigmoids(arrays);
  return ([scores]) => {
    const data = scores.data as Float64Array;
    const columns = columnsOf(scores);
    const out = new Float64Array(data.length);
    for (let i = 0; i < out.length; i++) out[i] = curves[i % columns](data[i]);
    return [{ type: 'f64', shape: scores.shape, data: out }];
  };
};

type Arrays = Parameters<typeof calibration>[0]['arrays'];

function sigmoids({ a, b }: Arrays): Curve[] {
  const factors = b as Float64Array;
  return Array.from(a as Float64Array, (factor, curve) => score => 1 / (1 + Math.exp(factor * score + factors[curve])));
}

function brokenLines({ x, y, starts }: Arrays): Curve[] {
  return Array.from({ length: starts.length - 1 }, (_, curve) => {
    const [from, to] = [Number(starts[curve]), Number(starts[curve + 1])];
    const xs = (x as Float64Array).subarray(from, to);
    const ys = (y as Float64Array).subarray(from, to);
    return score => interpolate(score, xs, ys);
  });
}
