import { argmax } from './argmax.js';
import { bins } from './bins.js';
import { bisecting } from './bisecting.js';
import { calibration } from './calibration.js';
import { categoryBytes } from './category-bytes.js';
import { categoryScores } from './category-scores.js';
import { columns } from './columns.js';
import { difference } from './difference.js';
import { elementwise } from './elementwise.js';
import { encode } from './encode.js';
import { interpolation } from './interpolation.js';
import { isolationScore } from './isolation-score.js';
import { join } from './join.js';
import type { Kernel } from './kernel.js';
import { knnImpute } from './knn-impute.js';
import { labelColumns } from './label-columns.js';
import { labels } from './labels.js';
import { laplaceProbability } from './laplace-probability.js';
import { linearBooster } from './linear-booster.js';
import { linearLeaves } from './linear-leaves.js';
import { lookup } from './lookup.js';
import { fillText, missing } from './missing.js';
import { missingValue } from './missing-value.js';
import { nearestCode } from './nearest-code.js';
import { nearest } from './neighbors/nearest.js';
import { neighborMeans } from './neighbors/neighbor-means.js';
import { neighborVotes } from './neighbors/neighbor-votes.js';
import { pairwiseDistances } from './neighbors/pairwise-distances.js';
import { radiusMeans } from './neighbors/radius-means.js';
import { radiusVotes } from './neighbors/radius-votes.js';
import { normaliseRows } from './normalise-rows.js';
import { oneHot } from './one-hot.js';
import { pairVotes } from './pair-votes.js';
import { power } from './power.js';
import { quantile } from './quantile.js';
import { repeatRow } from './repeat-row.js';
import { require } from './require.js';
import { scaledSquares } from './scaled-squares.js';
import { denseSparse, sparseDense } from './sparse-dense.js';
import { sparseProduct } from './sparse-product.js';
import { sparseSelect } from './sparse-select.js';
import { sparseWeights } from './sparse-weights.js';
import { splines } from './splines.js';
import { spreadColumns } from './spread-columns.js';
import { squareNorm } from './square-norm.js';
import { sureVotes } from './sure-votes.js';
import { svcCoupling } from './svc-coupling.js';
import { svcVotes } from './svc-votes.js';
import { tally } from './tally.js';
import { textCounts } from './text/text-counts.js';
import { textHashes } from './text/text-hashes.js';
import { above, bothClasses, softmax, transform } from './transforms.js';
import { treeLeaves, trees } from './trees.js';
import { weightedMedian } from './weighted-median.js';
import { weightedSum } from './weighted-sum.js';

/** Every step in TypeScript that a plan may name. */
export const kernels: ReadonlyMap<string, Kernel> = new Map<string, Kernel>(
  Object.entries({
    above,
    argmax,
    bins,
    bisecting,
    bothClasses,
    calibration,
    'category-bytes': categoryBytes,
    'category-scores': categoryScores,
    columns,
    'dense-sparse': denseSparse,
    difference,
    elementwise,
    encode,
    'fill-text': fillText,
    interpolation,
    'isolation-score': isolationScore,
    join,
    'knn-impute': knnImpute,
    'label-columns': labelColumns,
    'laplace-probability': laplaceProbability,
    require,
    'repeat-row': repeatRow,
    'scaled-squares': scaledSquares,
    labels,
    linearBooster,
    linearLeaves,
    lookup,
    missing,
    'missing-value': missingValue,
    nearest,
    'nearest-code': nearestCode,
    'neighbor-means': neighborMeans,
    'neighbor-votes': neighborVotes,
    'normalise-rows': normaliseRows,
    'one-hot': oneHot,
    'pair-votes': pairVotes,
    'pairwise-distances': pairwiseDistances,
    power,
    quantile,
    'radius-means': radiusMeans,
    'radius-votes': radiusVotes,
    softmax,
    'sparse-dense': sparseDense,
    'sparse-product': sparseProduct,
    'sparse-select': sparseSelect,
    'sparse-weights': sparseWeights,
    splines,
    'spread-columns': spreadColumns,
    'square-norm': squareNorm,
    'svc-coupling': svcCoupling,
    'sure-votes': sureVotes,
    'svc-votes': svcVotes,
    tally,
    'text-counts': textCounts,
    'text-hashes': textHashes,
    transform,
    treeLeaves,
    trees,
    'weighted-median': weightedMedian,
    'weighted-sum': weightedSum,
  } as Record<string, Kernel<never>>) as [string, Kernel][],
);
