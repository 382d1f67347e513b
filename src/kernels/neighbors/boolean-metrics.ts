import type { ReducedDistance } from './reduced-distances.js';

/** How often two rows of truth values (zero is false) agree and differ. */
type CountsToDistance = (bothTrue: number, onlyFirst: number, onlySecond: number, n: number) => number;

export type BooleanMetricName =
  | 'jaccard'
  | 'matching'
  | 'dice'
  | 'kulsinski'
  | 'rogerstanimoto'
  | 'russellrao'
  | 'sokalmichener'
  | 'sokalsneath'
  | 'yule';

const rogersTanimoto: CountsToDistance = (_, first, second, n) => (2 * (first + second)) / (n + first + second);

export const BOOLEAN_METRICS: Readonly<Record<BooleanMetricName, CountsToDistance>> = {
  jaccard: (both, first, second) => (both + first + second === 0 ? 0 : (first + second) / (both + first + second)),
  matching: (_, first, second, n) => (first + second) / n,
  dice: (both, first, second) => (first + second) / (2 * both + first + second),
  kulsinski: (both, first, second, n) => (first + second - both + n) / (first + second + n),
  rogerstanimoto: rogersTanimoto,
  russellrao: (both, _first, _second, n) => (n - both) / n,
  sokalmichener: rogersTanimoto,
  sokalsneath: (both, first, second) => (first + second) / (0.5 * both + first + second),
  yule: (both, first, second, n) => {
    const crossed = first * second;
    return crossed === 0 ? 0 : (2 * crossed) / (both * (n - both - first - second) + crossed);
  },
};

export function booleanMetric(distance: CountsToDistance): ReducedDistance {
  return (a, i, b, j, n) => {
    let both = 0;
    let first = 0;
    let second = 0;
    for (let k = 0; k < n; k++) {
      const x = a[i + k] !== 0;
      const y = b[j + k] !== 0;
      if (x && y) both++;
      else if (x) first++;
      else if (y) second++;
    }
    return distance(both, first, second, n);
  };
}
