import type { Value } from '../kernels/value.js';

/** The rows of one batch as a plan reads them; conversions happen once however often a value is asked for. */
export interface RowSource {
  readonly rows: number;
  /** Whether the request's numbers came as FP32. */
  readonly float32: boolean;
  /** Columns as numbers, in the order given; all when none are. */
  matrix(type: 'f64' | 'f32', columns?: readonly number[]): Value;
  column(column: number, type: 'f64' | 'str'): Value;
}
