import type { Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { isFloat32 } from './dense.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Transformed } from './methods.js';

/** What arithmetic of the features with a fitted array gives: float32 when both are. */
export function fittedDatatype(fitted: Place, features: Features): OutputDatatype {
  return isFloat32(fitted) ? floatOf(features.datatype) : 'FP64';
}

/** New columns, float32 when both the features and what the transformer has fitted are. */
export function fittedColumns(g: GraphBuilder, values: Ref, fitted: Place, features: Features): Transformed {
  const datatype = fittedDatatype(fitted, features);
  return { features: new MatrixFeatures(g, rounded(g, values, datatype)), datatype };
}
