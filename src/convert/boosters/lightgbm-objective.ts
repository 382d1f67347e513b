import { ServerError } from '../../core/errors.js';
import type { TransformParams } from '../../kernels/transforms.js';

/** The sums' way to the answer; 'raw': the sum is the answer. */
export type LightgbmAnswer = 'raw' | 'softmax' | TransformParams;

const EXP: TransformParams = { name: 'exp', factor: 1 };
const SIGMOID: TransformParams = { name: 'sigmoid', factor: 1 };

const ANSWERS = new Map<string, LightgbmAnswer>([
  ['regression', 'raw'],
  ['regression_l2', 'raw'],
  ['regression_l1', 'raw'],
  ['huber', 'raw'],
  ['fair', 'raw'],
  ['quantile', 'raw'],
  ['mape', 'raw'],
  ['poisson', EXP],
  ['gamma', EXP],
  ['tweedie', EXP],
  ['binary', SIGMOID],
  ['multiclass', 'softmax'],
  ['multiclassova', SIGMOID],
  ['cross_entropy', SIGMOID],
  ['xentropy', SIGMOID],
  ['cross_entropy_lambda', { name: 'log1pExp', factor: 1 }],
  ['xentlambda', { name: 'log1pExp', factor: 1 }],
  ['lambdarank', 'raw'],
  ['rank_xendcg', 'raw'],
  ['custom', 'raw'],
  ['none', 'raw'],
]);

/** What the line `objective=` says, such as `binary sigmoid:1` or `regression sqrt`; absent: an objective of the user's own. */
export function lightgbmAnswer(objective: string | undefined): LightgbmAnswer {
  const [name = 'custom', ...parameters] = objective?.split(' ') ?? [];
  const answer = ANSWERS.get(name);
  if (answer === undefined) {
    throw new ServerError('INVALID_ARGUMENT', `LightGBM's objective '${name}' is not known`);
  }
  if (answer === 'raw' && parameters.includes('sqrt')) return { name: 'signedSquare', factor: 1 };
  const sigmoid = parameters.find(parameter => parameter.startsWith('sigmoid:'));
  if (answer !== SIGMOID || sigmoid === undefined) return answer;
  const factor = Number(sigmoid.slice('sigmoid:'.length));
  if (!(factor > 0)) throw new ServerError('INVALID_ARGUMENT', `LightGBM's objective has a wrong '${sigmoid}'`);
  return { name: 'sigmoid', factor };
}
