import { ServerError } from '../core/errors.js';
import type { Kernel } from './kernel.js';

export type Extrapolation = 'error' | 'constant' | 'linear' | 'continue' | 'periodic';

interface SplinesParams {
  readonly degree: number;
  readonly extrapolation: Extrapolation;
  /** Columns of the matrix. */
  readonly features: number;
  /** Splines of each feature that the result has: all, or all but the last. */
  readonly kept: number;
}

/**
 * Numbers [rows, features] -> the values of each feature's B-splines there, [rows, features * kept]. The array `knots` has
 * each feature's knots one after another. NaN gives zeros.
 */
export const splines: Kernel<SplinesParams> = ({ params: { degree, extrapolation, features, kept }, arrays }) => {
  const all = arrays.knots as Float64Array;
  const count = all.length / features;
  const periodic = extrapolation === 'periodic';
  const bases = Array.from({ length: features }, (_, feature) => {
    const own = all.subarray(feature * count, (feature + 1) * count);
    return periodic ? new Basis(own, degree, degree) : new Basis(own, degree, 0);
  });
  const beyond = bases.map((basis, feature) => new Beyond(basis, edgeKnots(degree, extrapolation, feature)));
  const values = new Float64Array(bases[0].splines);
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const out = new Float64Array(rows * features * kept);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let feature = 0; feature < features; feature++, at++) {
        values.fill(0);
        if (!Number.isNaN(data[at])) evaluate(data[at], bases[feature], beyond[feature], extrapolation, values);
        for (let i = 0; i < kept; i++) out[at * kept + i] = values[i];
      }
    }
    return [{ type: 'f64', shape: [rows, features * kept], data: out }];
  };
};

/**
 * Which knots, counted from either end, bound the range of a feature. scikit-learn raises a degree below 2 for 'linear' while it
 * goes through the features, so that later ones have another range; what it answers is what counts.
 */
function edgeKnots(degree: number, extrapolation: Extrapolation, feature: number): number {
  return extrapolation === 'linear' ? Math.max(degree, Math.min(degree + feature, 2)) : degree;
}

function evaluate(x: number, basis: Basis, beyond: Beyond, how: Extrapolation, out: Float64Array): void {
  if (how === 'periodic') {
    const { first, last } = basis;
    const period = last - first;
    const rest = (x - first) % period;
    basis.values(period > 0 ? first + (rest < 0 ? rest + period : rest) : 0, out);
  } else if (how === 'continue') basis.values(x, out);
  else if (how === 'error') {
    if (x < basis.first || x > basis.last)
      throw new ServerError('INVALID_ARGUMENT', `${x} lies beyond the knots, ${basis.first} to ${basis.last}`);
    basis.values(x, out);
  } else if (x < beyond.least) beyond.below(x, how === 'linear', out);
  else if (x > beyond.most) beyond.above(x, how === 'linear', out);
  else basis.values(x, out);
}

/** The B-splines of one sequence of knots; the last `wrapped` count for the first. */
class Basis {
  readonly splines: number;
  readonly first: number;
  readonly last: number;
  private readonly own: number;
  private readonly local: Float64Array;

  constructor(
    readonly knots: Float64Array,
    readonly degree: number,
    wrapped: number,
  ) {
    this.own = knots.length - degree - 1;
    this.splines = this.own - wrapped;
    this.first = knots[degree];
    this.last = knots[this.own];
    this.local = new Float64Array(degree + 1);
  }

  /** Adds the splines' values; outside of the range those of the outermost pieces go on. */
  values(x: number, out: Float64Array): void {
    const interval = this.interval(x);
    this.fill(x, interval, this.degree);
    for (let i = 0; i <= this.degree; i++) out[(interval - this.degree + i) % this.splines] += this.local[i];
  }

  /** Adds the splines' slopes. */
  slopes(x: number, out: Float64Array): void {
    const { knots, degree, splines } = this;
    if (degree === 0) return;
    const interval = this.interval(x);
    this.fill(x, interval, degree - 1);
    for (let i = 0; i < degree; i++) {
      // A spline of one degree less feeds two of this degree, with opposite signs.
      const start = interval - degree + 1 + i;
      const share = (degree * this.local[i]) / (knots[start + degree] - knots[start]);
      out[start % splines] += share;
      out[(start - 1) % splines] -= share;
    }
  }

  private interval(x: number): number {
    let interval = this.degree;
    while (interval < this.own - 1 && x >= this.knots[interval + 1]) interval++;
    return interval;
  }

  /** The `degree + 1` splines of a degree that live in an interval, by de Boor's recurrence. */
  private fill(x: number, interval: number, degree: number): void {
    const { knots, local } = this;
    local.fill(0);
    local[0] = 1;
    for (let d = 1; d <= degree; d++) {
      let carried = 0;
      for (let i = 0; i < d; i++) {
        const right = knots[interval + i + 1];
        const left = knots[interval + i + 1 - d];
        const share = right === left ? 0 : local[i] / (right - left);
        local[i] = carried + share * (right - x);
        carried = share * (x - left);
      }
      local[d] = carried;
    }
  }
}

/** Values and slopes at the ends of a feature's range, for numbers beyond it. */
class Beyond {
  readonly least: number;
  readonly most: number;
  private readonly valuesBelow: Float64Array;
  private readonly valuesAbove: Float64Array;
  private readonly slopesBelow: Float64Array;
  private readonly slopesAbove: Float64Array;
  private readonly moving: number;

  constructor(
    private readonly basis: Basis,
    edge: number,
  ) {
    const { knots, splines } = basis;
    this.least = knots[edge];
    this.most = knots[knots.length - edge - 1];
    const at = (fill: (out: Float64Array) => void) => {
      const out = new Float64Array(splines);
      fill(out);
      return out;
    };
    this.valuesBelow = at(out => basis.values(this.least, out));
    this.valuesAbove = at(out => basis.values(this.most, out));
    this.slopesBelow = at(out => basis.slopes(this.least, out));
    this.slopesAbove = at(out => basis.slopes(this.most, out));
    this.moving = edge <= 1 ? edge + 1 : edge;
  }

  below(x: number, linear: boolean, out: Float64Array): void {
    const count = linear ? this.moving : this.basis.degree;
    for (let i = 0; i < count; i++)
      out[i] = this.valuesBelow[i] + (linear ? (x - this.least) * this.slopesBelow[i] : 0);
  }

  above(x: number, linear: boolean, out: Float64Array): void {
    const { splines, degree } = this.basis;
    const count = linear ? this.moving : degree;
    for (let i = splines - count; i < splines; i++)
      out[i] = this.valuesAbove[i] + (linear ? (x - this.most) * this.slopesAbove[i] : 0);
  }
}
