import { badFile } from '../../formats/errors.js';
import { attr, className, hasAttr, optionalAttr, type Place, sklearnVersion } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Features } from './features.js';
import type { Methods } from './methods.js';

/** What a converter works with. */
export interface Conversion {
  readonly g: GraphBuilder;
  /** Converts an estimator inside another one (a pipeline's step, an ensemble's member). */
  convert(estimator: Place, features: Features): Methods;
}

/** Turns one fitted estimator into values of the graph, from its stored attributes alone. */
export type EstimatorConverter = (conversion: Conversion, estimator: Place, features: Features) => Methods;

/** 'SVC' of 'sklearn.svm._classes.SVC'. */
export function shortName(estimator: Place): string {
  const name = className(estimator);
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Whether the estimator was written by this version of scikit-learn or a later one. */
export function isSince(estimator: Place, major: number, minor: number): boolean {
  const [hasMajor, hasMinor] = sklearnVersion(estimator);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}

/** The first of several names an attribute has had over the versions. */
export function firstAttr(estimator: Place, ...names: string[]): Place {
  const found = names.find(name => hasAttr(estimator, name));
  return attr(estimator, found ?? names[0]);
}

/** Text of a parameter, or `fallback` where the version did not have it yet. */
export function textParameter(estimator: Place, name: string, fallback: string): string {
  const value = optionalAttr(estimator, name)?.value;
  return typeof value === 'string' ? value : fallback;
}

/** An option that this server has no arithmetic for: refused by name rather than answered wrongly. */
export function unsupported(estimator: Place, what: string): Error {
  return badFile(`${estimator.path}: ${shortName(estimator)} with ${what} cannot be served yet`);
}
