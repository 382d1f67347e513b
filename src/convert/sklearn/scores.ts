import { badFile } from '../../formats/errors.js';
import type { Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import type { Labels } from './labels.js';
import type { Prediction } from './methods.js';

/** Scores [rows] stand for two classes, [rows, n] for n. */
export function checkScores(estimator: Place, scores: Ref, labels: Labels): void {
  const wanted = scores.shape.length === 1 ? 2 : scores.shape[1];
  if (labels.count !== wanted) {
    throw badFile(`${estimator.path}: scores for ${wanted} classes, but classes_ has ${labels.count}`);
  }
}

/** The class of the first of the largest scores; of two classes the second where its score is above `threshold`. */
export function classByScore(g: GraphBuilder, scores: Ref, labels: Labels, threshold = 0): Prediction {
  const index = scores.shape.length === 1 ? g.cast(g.greater(scores, threshold), 'i32') : g.argmax(scores);
  return { kind: 'class', index, labels };
}

/** One label per column, 1 where the score is above the threshold. */
export function labelsByScore(g: GraphBuilder, scores: Ref, threshold = 0): Prediction {
  const columns = scores.shape.length === 1 ? g.reshape(scores, [-1, 1]) : scores;
  return { kind: 'value', value: g.cast(g.greater(columns, threshold), 'i64'), datatype: 'INT64' };
}

/** [1 - p, p] for the probability p [rows] of the second class. */
export function twoShares(g: GraphBuilder, p: Ref): Ref {
  return g.columnStack([g.sub(1, p), p]);
}

/** Each row divided by its sum; rows of zeros become `whenZero` everywhere. */
export function normalised(g: GraphBuilder, shares: Ref, whenZero: number): Ref {
  const sum = g.sum(shares, 1, true);
  return g.where(g.equal(sum, 0), whenZero, g.div(shares, sum));
}
