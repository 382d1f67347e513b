import type { Kernel } from './kernel.js';

interface CouplingParams {
  readonly classes: number;
}

/** Probabilities of a pair stay this far from 0 and 1. */
const MARGIN = 1e-7;

/**
 * Decisions of the class pairs [rows, pairs] -> probabilities [rows, classes]: Platt's sigmoid 1 / (1 + exp(a d + b)) per pair,
 * then the coupling of Wu, Lin and Weng (2004, second method), iterated as libsvm does: until every change is below
 * 0.005 / classes, at most max(100, classes) times.
 */
export const svcCoupling: Kernel<CouplingParams> = ({ params: { classes }, arrays }) => {
  const a = arrays.a as Float64Array;
  const b = arrays.b as Float64Array;
  const pairs = a.length;
  const share = new Float64Array(classes * classes);
  const q = new Float64Array(classes * classes);
  const qp = new Float64Array(classes);
  return ([decisions], rows) => {
    const d = decisions.data as Float64Array;
    const out = new Float64Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      let pair = 0;
      for (let i = 0; i < classes; i++) {
        for (let j = i + 1; j < classes; j++, pair++) {
          const f = d[row * pairs + pair] * a[pair] + b[pair];
          const p = f >= 0 ? Math.exp(-f) / (1 + Math.exp(-f)) : 1 / (1 + Math.exp(f));
          const bounded = Math.min(Math.max(p, MARGIN), 1 - MARGIN);
          share[i * classes + j] = bounded;
          share[j * classes + i] = 1 - bounded;
        }
      }
      couple(classes, share, q, qp, out.subarray(row * classes, (row + 1) * classes));
    }
    return [{ type: 'f64', shape: [rows, classes], data: out }];
  };
};

function couple(classes: number, share: Float64Array, q: Float64Array, qp: Float64Array, p: Float64Array): void {
  p.fill(1 / classes);
  for (let t = 0; t < classes; t++) {
    let diagonal = 0;
    for (let j = 0; j < classes; j++) {
      if (j === t) continue;
      const other = share[j * classes + t];
      diagonal += other * other;
      q[t * classes + j] = -other * share[t * classes + j];
    }
    q[t * classes + t] = diagonal;
  }
  const rounds = Math.max(100, classes);
  const enough = 0.005 / classes;
  for (let round = 0; round < rounds; round++) {
    let pqp = 0;
    for (let t = 0; t < classes; t++) {
      let sum = 0;
      for (let j = 0; j < classes; j++) sum += q[t * classes + j] * p[j];
      qp[t] = sum;
      pqp += p[t] * sum;
    }
    let worst = 0;
    for (let t = 0; t < classes; t++) worst = Math.max(worst, Math.abs(qp[t] - pqp));
    if (worst < enough) return;
    for (let t = 0; t < classes; t++) {
      const step = (pqp - qp[t]) / q[t * classes + t];
      p[t] += step;
      pqp = (pqp + step * (step * q[t * classes + t] + 2 * qp[t])) / (1 + step) / (1 + step);
      for (let j = 0; j < classes; j++) {
        qp[j] = (qp[j] + step * q[t * classes + j]) / (1 + step);
        p[j] /= 1 + step;
      }
    }
  }
}
