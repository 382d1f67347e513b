import { asNumber, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, transposed } from './dense.js';
import { distancesTo, squaredDistances } from './distances.js';
import { unsupported } from './estimator.js';
import { plainMetric } from './metric.js';

/** A kernel by scikit-learn's name for it. */
export interface PairwiseKernel {
  readonly name: string;
  /** Undefined where the estimator leaves it to the kernel. */
  readonly gamma: number | undefined;
  readonly degree: number;
  readonly coef0: number;
}

/** `kernel` (or `metric`), `gamma`, `degree` and `coef0` of an estimator. `gamma_` is what `gamma` became in fitting. */
export function readPairwiseKernel(estimator: Place, nameOf = 'kernel'): PairwiseKernel {
  const name = attr(estimator, nameOf);
  if (typeof name.value !== 'string') throw unsupported(estimator, 'a kernel of its own');
  const parameter = (key: string): number | undefined => {
    const place = optionalAttr(estimator, key);
    return place === undefined || isNone(place) ? undefined : asNumber(place);
  };
  return {
    name: name.value,
    gamma: parameter('gamma_') ?? parameter('gamma'),
    degree: parameter('degree') ?? 3,
    coef0: parameter('coef0') ?? 1,
  };
}

/** The kernel of each row with each point: [rows, points]. */
export function pairwiseKernel(g: GraphBuilder, estimator: Place, kernel: PairwiseKernel, x: Ref, points: Matrix): Ref {
  const gamma = kernel.gamma ?? 1 / points.columns;
  switch (kernel.name) {
    case 'rbf':
      return g.exp(g.mul(squaredDistances(g, x, points), -gamma));
    case 'laplacian':
      return g.exp(g.mul(distancesTo(g, x, points, plainMetric('manhattan')), -gamma));
    case 'chi2':
      return g.exp(g.mul(distancesTo(g, x, points, plainMetric('chi2')), -(kernel.gamma ?? 1)));
    case 'additive_chi2':
      return g.neg(distancesTo(g, x, points, plainMetric('chi2')));
    case 'linear':
      return products(g, x, points);
    case 'poly':
    case 'polynomial':
      return g.pow(g.add(g.mul(products(g, x, points), gamma), kernel.coef0), kernel.degree);
    case 'sigmoid':
      return g.tanh(g.add(g.mul(products(g, x, points), gamma), kernel.coef0));
    case 'cosine':
      return cosines(g, x, points);
    default:
      throw unsupported(estimator, `kernel '${kernel.name}'`);
  }
}

function products(g: GraphBuilder, x: Ref, points: Matrix): Ref {
  return g.matmul(x, g.matrix(transposed(points).data, points.columns, points.rows));
}

/** Rows of zeros have cosine 0 with everything. */
function cosines(g: GraphBuilder, x: Ref, points: Matrix): Ref {
  const { data, rows, columns } = points;
  const lengths = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) lengths[Math.floor(i / columns)] += data[i] * data[i];
  const unit = data.map((value, i) => value / (Math.sqrt(lengths[Math.floor(i / columns)]) || 1));
  const norms = g.sqrt(g.sum(g.square(x), 1, true));
  return products(g, g.div(x, g.where(g.equal(norms, 0), 1, norms)), { data: unit, rows, columns });
}
