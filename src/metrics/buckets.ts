/** Inclusive upper ends of buckets, ascending; +Inf is always there and not listed. */

/** Seconds, as in MLServer's histograms: for the metrics that both servers have under one name. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Seconds for what usually takes less than 5 ms. */
export const FINE_SECONDS = [
  0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Rows or requests of something that has at least one. */
export const SIZES = Array.from({ length: 13 }, (_, power) => 2 ** power);

/** Requests that may also be none. */
export const DEPTHS = [0, ...SIZES];
