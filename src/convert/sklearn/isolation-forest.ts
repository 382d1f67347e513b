import { badFile } from '../../formats/errors.js';
import { asInt32, asNumber, attr, items, type Place } from '../../formats/pickle/access.js';
import type { Ref } from '../plan-builder.js';
import type { TreeSpec } from '../tree-spec.js';
import { type Conversion, type EstimatorConverter, firstAttr, isSince } from './estimator.js';
import type { Features } from './features.js';
import { fittedMembers } from './members.js';
import type { Methods } from './methods.js';
import { above, renumbered } from './steps.js';
import { depthsOf, onColumns, readTree } from './tree-nodes.js';
import { addTreesOn } from './tree-rows.js';

export const isolationForestConverters: Record<string, EstimatorConverter> = { IsolationForest: convert };

const EULER = 0.5772156649015329;

function convert({ g }: Conversion, estimator: Place, features: Features): Methods {
  const trees = fittedMembers(estimator);
  const subsets = items(attr(estimator, 'estimators_features_')).map(place => asInt32(place));
  if (subsets.length !== trees.length)
    throw badFile(`${estimator.path}.estimators_features_: expected ${trees.length} lists, got ${subsets.length}`);
  const specs = trees.map((tree, t) => pathLengthTree(tree, subsets[t].data));
  const lengths = addTreesOn(g, features, specs, { outputs: 1, flat: true });
  // 1.3 hides the number of rows of a tree.
  const ordinary = trees.length * averagePathLength(asNumber(firstAttr(estimator, '_max_samples', 'max_samples_')));
  const vector = { type: 'f64', shape: [-1] } as const;
  const [scoreSamples, decisionFunction]: Ref[] = g.kernel('isolation-score', {
    inputs: [lengths],
    params: { ordinary, offset: asNumber(attr(estimator, 'offset_')) },
    outputs: [vector, vector],
  });
  const inlier = renumbered(g, above(g, decisionFunction, 0, true), Int32Array.of(-1, 1));
  const unchecked = isSince(estimator, 1, 6);
  return {
    predict: { kind: 'value', value: inlier, datatype: 'INT64' },
    decisionFunction,
    scoreSamples,
    missing: unchecked,
    infinite: unchecked,
  };
}

/** A tree whose leaves hold the length of the path to them, with what their training rows would have gone on for. */
function pathLengthTree(estimator: Place, subset: Int32Array): TreeSpec {
  const tree = readTree(estimator);
  const depths = depthsOf(estimator, tree);
  const values = Float64Array.from(depths, (depth, node) => depth + 1 + averagePathLength(tree.samples[node]) - 1);
  return { ...onColumns(tree, subset), values };
}

/** Of a search in a binary tree of so many rows. */
function averagePathLength(rows: number): number {
  if (rows <= 1) return 0;
  return rows === 2 ? 1 : 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}
