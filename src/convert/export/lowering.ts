import type { StoredArray } from '../../kernels/value.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';

/** A kernel of a plan, with its inputs as values of the graph that is being made. */
export interface LoweredKernel {
  readonly inputs: readonly Ref[];
  // biome-ignore lint/suspicious/noExplicitAny: every kernel has parameters of its own
  readonly params: any;
  readonly arrays: Readonly<Record<string, StoredArray>>;
}

/** Says in ONNX operations what a kernel does. Answers its outputs. */
export type Lowering = (g: GraphBuilder, kernel: LoweredKernel) => Ref[];

/** f32 values are computed in float64 and rounded at the end: constants are float64, and nothing is lost that way. */
export function inFloat64(g: GraphBuilder, x: Ref, compute: (x: Ref) => Ref): Ref {
  const result = compute(g.cast(x, 'f64'));
  return x.type === 'f32' ? g.cast(result, 'f32') : result;
}
