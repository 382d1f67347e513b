import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Transformed } from './methods.js';

/** Rounds a value to what the rows' precision holds, as numpy does after every operation in place. */
export type Round = (value: Ref) => Ref;

/** The same columns with other numbers, in float32 when they come in float32. */
export function mapped(
  g: GraphBuilder,
  features: Features,
  map: (x: Ref, round: Round, datatype: OutputDatatype) => Ref,
): Transformed {
  const datatype = floatOf(features.datatype);
  const values = map(features.matrix(), value => rounded(g, value, datatype), datatype);
  const made = new MatrixFeatures(g, values, features.names, datatype, features.missingFrom);
  return { features: made, datatype };
}

/** Other columns made of all, in float32 when those come in float32. */
export function remade(
  g: GraphBuilder,
  features: Features,
  names: readonly string[] | undefined,
  values: Ref,
): Transformed {
  const datatype = floatOf(features.datatype);
  const made = new MatrixFeatures(g, rounded(g, values, datatype), names, datatype, features.missingFrom);
  return { features: made, datatype };
}

/** A constant for arithmetic with values of a datatype: float32 constants for float32 values. */
export function constantLike(g: GraphBuilder, numbers: Float64Array, datatype: OutputDatatype): Ref {
  const precise = g.constant(numbers);
  if (datatype === 'FP64') return precise;
  const single = g.constant(numbers.map(Math.fround));
  return datatype === 'FP32' ? single : g.choose(single, precise);
}
