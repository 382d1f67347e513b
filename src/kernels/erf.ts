/** Beyond, the series below would need more terms than the continued fraction. */
const FAR = 2.5;

/** The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, to the last digits of a double. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const value = size < FAR ? series(size) : 1 - complement(size);
  return x < 0 ? -value : value;
}

/** exp(-x^2) sum of 2^n x^(2n + 1) / (1 3 5 .. 2n + 1): terms of one sign, so nothing cancels. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 - erf(x) by its continued fraction, from the far end. */
function complement(x: number): number {
  let tail = x;
  for (let n = 60; n > 0; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
