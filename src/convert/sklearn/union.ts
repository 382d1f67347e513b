import { asNumber, attr, isNone, optionalAttr, optionalEntry, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { type Features, MatrixFeatures } from './features.js';
import { SparseFeatures } from './sparse-features.js';

/** What `transformer_weights` says of a transformer. */
export function transformerWeight(union: Place, name: string): number | undefined {
  const weights = optionalAttr(union, 'transformer_weights');
  if (weights === undefined || isNone(weights)) return undefined;
  const weight = optionalEntry(attr(union, 'transformer_weights'), name);
  return weight === undefined || isNone(weight) ? undefined : asNumber(weight);
}

/** Features times a number. */
export function weighted(g: GraphBuilder, features: Features, weight: number | undefined): Features {
  if (weight === undefined) return features;
  const datatype = floatOf(features.datatype);
  if (features instanceof SparseFeatures) return features.weighted({ factor: weight }, datatype);
  const values = rounded(g, g.mul(features.matrix(), weight), datatype);
  return new MatrixFeatures(g, values, features.names, datatype, features.missingFrom);
}

/** 'scale__age' of a union's transformer 'scale'. */
export function prefixedNames(transformer: string, names: readonly string[], prefix: boolean): readonly string[] {
  return prefix ? names.map(name => `${transformer}__${name}`) : names;
}
