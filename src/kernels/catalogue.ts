import { argmax } from './argmax.js';
import { bisecting } from './bisecting.js';
import { categoryScores } from './category-scores.js';
import { interpolation } from './interpolation.js';
import type { Kernel } from './kernel.js';
import { labelColumns } from './label-columns.js';
import { labels } from './labels.js';
import { laplaceProbability } from './laplace-probability.js';
import { linearBooster } from './linear-booster.js';
import { linearLeaves } from './linear-leaves.js';
import { nearest } from './neighbors/nearest.js';
import { neighborMeans } from './neighbors/neighbor-means.js';
import { neighborVotes } from './neighbors/neighbor-votes.js';
import { pairwiseDistances } from './neighbors/pairwise-distances.js';
import { radiusMeans } from './neighbors/radius-means.js';
import { radiusVotes } from './neighbors/radius-votes.js';
import { normaliseRows } from './normalise-rows.js';
import { repeatRow } from './repeat-row.js';
import { scaledSquares } from './scaled-squares.js';
import { svcCoupling } from './svc-coupling.js';
import { above, bothClasses, softmax, transform } from './transforms.js';
import { treeLeaves, trees } from './trees.js';

/** Every step in TypeScript that a plan may name. */
export const kernels: ReadonlyMap<string, Kernel> = new Map<string, Kernel>(
  Object.entries({
    argmax,
    'label-columns': labelColumns,
    bisecting,
    'category-scores': categoryScores,
    interpolation,
    'laplace-probability': laplaceProbability,
    'repeat-row': repeatRow,
    'scaled-squares': scaledSquares,
    labels,
    nearest,
    'neighbor-means': neighborMeans,
    'neighbor-votes': neighborVotes,
    'normalise-rows': normaliseRows,
    'pairwise-distances': pairwiseDistances,
    'radius-means': radiusMeans,
    'radius-votes': radiusVotes,
    'svc-coupling': svcCoupling,
    trees,
    treeLeaves,
    linearBooster,
    linearLeaves,
    transform,
    softmax,
    above,
    bothClasses,
  } as Record<string, Kernel<never>>) as [string, Kernel][],
);
