/** From here on the series is exact to the last digits. */
const LARGE = 10;

/** Coefficients of x^-2, x^-4, ... in the asymptotic series: Bernoulli numbers by their index. */
const SERIES = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];

/** The derivative of log(gamma(x)), for x > 0; NaN otherwise. */
export function digamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let shift = 0;
  let at = x;
  for (; at < LARGE; at++) shift += 1 / at;
  const inverse = 1 / (at * at);
  let tail = 0;
  for (let i = SERIES.length - 1; i >= 0; i--) tail = (tail + SERIES[i]) * inverse;
  return Math.log(at) - 0.5 / at - tail - shift;
}
