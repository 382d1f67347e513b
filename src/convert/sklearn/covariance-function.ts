import { asFloat64, asNumber, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder, Operand } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, transposed, vectorOf } from './dense.js';
import { distancesTo } from './distances.js';
import { shortName, unsupported } from './estimator.js';
import { plainMetric } from './metric.js';
import { pairwiseKernel, readPairwiseKernel } from './pairwise-kernels.js';

/**
 * The kernels of gaussian_process, sums and products of them included, between the rows of a request and the rows a process was
 * fitted on. Coefficients of a fitted process are large and cancel each other, so distances are taken from the differences.
 */
export class CovarianceFunction {
  private readonly euclidean: (reduced: boolean) => Ref;

  constructor(
    private readonly g: GraphBuilder,
    private readonly x: Ref,
    private readonly points: Matrix,
  ) {
    const made = new Map<boolean, Ref>();
    this.euclidean = reduced => {
      const known = made.get(reduced) ?? distancesTo(g, x, points, plainMetric('euclidean'), reduced);
      made.set(reduced, known);
      return known;
    };
  }

  /** With every fitted row: [rows, points]. */
  matrix(kernel: Place): Ref {
    const value = this.between(kernel);
    return typeof value === 'number' ? this.g.add(this.g.mul(this.products(), 0), value) : value;
  }

  /** Of each row with itself: [rows]. */
  diagonal(kernel: Place): Ref {
    const value = this.variance(kernel);
    return typeof value === 'number' ? this.g.add(this.g.mul(this.norms(), 0), value) : value;
  }

  private between(kernel: Place): Operand {
    const { g } = this;
    const name = shortName(kernel);
    switch (name) {
      case 'Sum':
        return sum(g, this.between(attr(kernel, 'k1')), this.between(attr(kernel, 'k2')));
      case 'Product':
        return times(g, this.between(attr(kernel, 'k1')), this.between(attr(kernel, 'k2')));
      case 'Exponentiation':
        return power(g, this.between(attr(kernel, 'kernel')), asNumber(attr(kernel, 'exponent')));
      case 'ConstantKernel':
        return asNumber(attr(kernel, 'constant_value'));
      case 'WhiteKernel':
        return 0;
      case 'RBF':
        return g.exp(g.mul(this.scaled(kernel, true), -0.5));
      case 'Matern':
        return this.matern(kernel);
      case 'RationalQuadratic': {
        const alpha = asNumber(attr(kernel, 'alpha'));
        const scale = 2 * alpha * asNumber(attr(kernel, 'length_scale')) ** 2;
        return g.pow(g.add(g.div(this.euclidean(true), scale), 1), -alpha);
      }
      case 'ExpSineSquared': {
        const angle = g.mul(this.euclidean(false), Math.PI / asNumber(attr(kernel, 'periodicity')));
        const wave = g.div(g.sin(angle), asNumber(attr(kernel, 'length_scale')));
        return g.exp(g.mul(g.square(wave), -2));
      }
      case 'DotProduct':
        return g.add(this.products(), asNumber(attr(kernel, 'sigma_0')) ** 2);
      case 'PairwiseKernel':
        return pairwiseKernel(g, kernel, this.pairwise(kernel), this.x, this.points);
      default:
        throw unsupported(kernel, 'a Gaussian process');
    }
  }

  private variance(kernel: Place): Operand {
    const { g } = this;
    switch (shortName(kernel)) {
      case 'Sum':
        return sum(g, this.variance(attr(kernel, 'k1')), this.variance(attr(kernel, 'k2')));
      case 'Product':
        return times(g, this.variance(attr(kernel, 'k1')), this.variance(attr(kernel, 'k2')));
      case 'Exponentiation':
        return power(g, this.variance(attr(kernel, 'kernel')), asNumber(attr(kernel, 'exponent')));
      case 'ConstantKernel':
        return asNumber(attr(kernel, 'constant_value'));
      case 'WhiteKernel':
        return asNumber(attr(kernel, 'noise_level'));
      case 'DotProduct':
        return g.add(this.norms(), asNumber(attr(kernel, 'sigma_0')) ** 2);
      case 'PairwiseKernel':
        return this.pairwiseVariance(kernel);
      default:
        return 1;
    }
  }

  private matern(kernel: Place): Ref {
    const { g } = this;
    const nu = asNumber(attr(kernel, 'nu'));
    if (nu === Number.POSITIVE_INFINITY) return g.exp(g.mul(this.scaled(kernel, true), -0.5));
    const distances = this.scaled(kernel, false);
    if (nu === 0.5) return g.exp(g.neg(distances));
    if (nu !== 1.5 && nu !== 2.5) throw unsupported(kernel, `nu=${nu}`);
    const d = g.mul(distances, Math.sqrt(2 * nu));
    const polynomial = nu === 1.5 ? g.add(d, 1) : g.add(g.add(d, 1), g.div(g.square(d), 3));
    return g.mul(polynomial, g.exp(g.neg(d)));
  }

  /** Distances in units of `length_scale`, which may have one number for each column; `squared` leaves out the root. */
  private scaled(kernel: Place, squared: boolean): Ref {
    const place = attr(kernel, 'length_scale');
    const scales = asFloat64(place).data;
    if (scales.length === 1) return this.g.div(this.euclidean(squared), squared ? scales[0] ** 2 : scales[0]);
    const weights = vectorOf(place, this.points.columns).map(scale => scale * scale);
    return distancesTo(this.g, this.x, this.points, { params: { name: 'seuclidean' }, arrays: { weights } }, squared);
  }

  private products(): Ref {
    const { rows, columns } = this.points;
    return this.g.matmul(this.x, this.g.matrix(transposed(this.points).data, columns, rows));
  }

  private norms(): Ref {
    return this.g.sum(this.g.square(this.x), 1);
  }

  private pairwise(kernel: Place) {
    const keywords = optionalAttr(kernel, 'pairwise_kernels_kwargs');
    if (keywords !== undefined && !isNone(keywords)) throw unsupported(kernel, 'pairwise_kernels_kwargs');
    return readPairwiseKernel(kernel, 'metric');
  }

  private pairwiseVariance(kernel: Place): Operand {
    const { g } = this;
    const { name, gamma = 1, degree, coef0 } = this.pairwise(kernel);
    if (name === 'rbf' || name === 'laplacian' || name === 'chi2') return 1;
    if (name === 'additive_chi2') return 0;
    if (name === 'linear') return this.norms();
    if (name === 'cosine') return g.where(g.equal(this.norms(), 0), 0, 1);
    const scaled = g.add(g.mul(this.norms(), gamma), coef0);
    return name === 'sigmoid' ? g.tanh(scaled) : g.pow(scaled, degree);
  }
}

function sum(g: GraphBuilder, a: Operand, b: Operand): Operand {
  return typeof a === 'number' && typeof b === 'number' ? a + b : a === 0 ? b : b === 0 ? a : g.add(a, b);
}

function times(g: GraphBuilder, a: Operand, b: Operand): Operand {
  return typeof a === 'number' && typeof b === 'number' ? a * b : g.mul(a, b);
}

function power(g: GraphBuilder, a: Operand, exponent: number): Operand {
  return typeof a === 'number' ? a ** exponent : g.pow(a, exponent);
}
