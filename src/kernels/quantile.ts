import { interpolate } from './interpolate.js';
import type { Kernel, KernelStep } from './kernel.js';
import { normalQuantile, normalShare } from './normal.js';

interface QuantileParams {
  readonly columns: number;
  /** Whether the result is spread like a normal distribution rather than evenly. */
  readonly normal: boolean;
  /** Whether numbers are float32, which shows at the edges; whether those are rounded to float32 as well. */
  readonly single: boolean;
  readonly singleEdges: boolean;
  readonly inverse: boolean;
}

/** This close to the smallest and the largest fitted number a number counts as that one when the result is normal. */
const MARGIN = 1e-7;
const EDGE = MARGIN - Number.EPSILON;

/**
 * Numbers [rows, columns] -> the share of the fitted numbers below them, or the normal number with that share below it. The
 * arrays are `quantiles`, column by column, and `references`, the shares they belong to. The inverse goes the other way.
 */
export const quantile: Kernel<QuantileParams> = ({ params, arrays }) => {
  const { columns, normal, single, singleEdges, inverse } = params;
  const references = arrays.references as Float64Array;
  const all = arrays.quantiles as Float64Array;
  const count = references.length;
  const quantiles = Array.from({ length: columns }, (_, column) => all.subarray(column * count, (column + 1) * count));
  if (inverse) return inverseStep(quantiles, references, normal);

  const mirrored = quantiles.map(mirror);
  const mirroredReferences = mirror(references);
  const narrow = single ? Math.fround : (x: number) => x;
  const margin = narrow(MARGIN);
  const edge = single && singleEdges ? Math.fround : (x: number) => x;
  const lows = quantiles.map(own => edge(own[0]));
  const highs = quantiles.map(own => edge(own[count - 1]));
  const [least, most] = [normalQuantile(EDGE), normalQuantile(1 - EDGE)];
  const share = (x: number, column: number): number => {
    const own = quantiles[column];
    if (normal ? narrow(x - margin) < lows[column] : x === lows[column]) return 0;
    if (normal ? narrow(x + margin) > highs[column] : x === highs[column]) return 1;
    const down = interpolate(-x, mirrored[column], mirroredReferences);
    return narrow(0.5 * (interpolate(x, own, references) - down));
  };
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const out = new Float64Array(rows * columns);
    for (let i = 0; i < out.length; i++) {
      const below = share(data[i], i % columns);
      out[i] = normal ? Math.min(Math.max(normalQuantile(below), least), most) : below;
    }
    return [{ type: 'f64', shape: [rows, columns], data: out }];
  };
};

function inverseStep(quantiles: readonly Float64Array[], references: Float64Array, normal: boolean): KernelStep {
  const columns = quantiles.length;
  const last = references.length - 1;
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const out = new Float64Array(rows * columns);
    for (let i = 0; i < out.length; i++) {
      const own = quantiles[i % columns];
      const share = normal ? normalShare(data[i]) : data[i];
      if (normal ? share - MARGIN < 0 : share === 0) out[i] = own[0];
      else if (normal ? share + MARGIN > 1 : share === 1) out[i] = own[last];
      else out[i] = interpolate(share, references, own);
    }
    return [{ type: 'f64', shape: [rows, columns], data: out }];
  };
}

function mirror(numbers: Float64Array): Float64Array {
  return numbers.map(number => -number).reverse();
}
