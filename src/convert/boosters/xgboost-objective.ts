import { ServerError } from '../../core/errors.js';
import type { TransformName } from '../../kernels/transforms.js';

/** What an objective makes of its booster's sums, and of its base score. */
export interface XgboostObjective {
  /** The sums' way to the answer; absent: the sum is the answer. */
  readonly answer?: TransformName | 'softmax' | 'argmax';
  /** Base score (in the space of answers) -> the sum that a row starts from; absent: itself. */
  readonly margin?: 'logit' | 'log';
}

const OBJECTIVES = new Map<string, XgboostObjective>([
  ['reg:squarederror', {}],
  ['reg:linear', {}],
  ['reg:squaredlogerror', {}],
  ['reg:pseudohubererror', {}],
  ['reg:absoluteerror', {}],
  ['reg:quantileerror', {}],
  ['reg:logistic', { answer: 'sigmoid', margin: 'logit' }],
  ['reg:gamma', { answer: 'exp', margin: 'log' }],
  ['reg:tweedie', { answer: 'exp', margin: 'log' }],
  ['binary:logistic', { answer: 'sigmoid', margin: 'logit' }],
  ['binary:logitraw', {}],
  ['binary:hinge', { answer: 'positive' }],
  ['multi:softmax', { answer: 'argmax' }],
  ['multi:softprob', { answer: 'softmax' }],
  ['count:poisson', { answer: 'exp', margin: 'log' }],
  ['survival:cox', { answer: 'exp', margin: 'log' }],
  ['survival:aft', { answer: 'exp', margin: 'log' }],
  ['rank:pairwise', {}],
  ['rank:ndcg', {}],
  ['rank:map', {}],
]);

export function xgboostObjective(name: string): XgboostObjective {
  const known = OBJECTIVES.get(name.replace(/^gpu:/, ''));
  if (known !== undefined) return known;
  throw new ServerError('INVALID_ARGUMENT', `XGBoost's objective '${name}' is not known`);
}

/** Since 3.2 a probability that rows start from stays this far from 0 and 1. */
const MARGIN_OF_PROBABILITY = Math.fround(1e-6);

/** The sum that rows start from, in float32, for a base score out of a file of the given version; NaN where there is none. */
export function marginOf(objective: string, baseScore: number, version: readonly number[]): number {
  const base = Math.fround(baseScore);
  const [major = 0, minor = 0] = version;
  if (major < 1) return base;
  // Up to 1.3 the raw form of logistic regression had logistic regression's base score.
  const inherited = objective === 'binary:logitraw' && major === 1 && minor < 4;
  const kind = inherited ? 'logit' : xgboostObjective(objective).margin;
  if (kind === 'log') return Math.fround(Math.log(base));
  if (kind !== 'logit') return base;
  const isBounded = major > 3 || (major === 3 && minor >= 2);
  return logit(isBounded ? bounded(base) : base);
}

function bounded(probability: number): number {
  return Math.min(Math.max(probability, MARGIN_OF_PROBABILITY), Math.fround(1 - MARGIN_OF_PROBABILITY));
}

function logit(probability: number): number {
  return Math.fround(-Math.log(Math.fround(Math.fround(1 / probability) - 1)));
}
