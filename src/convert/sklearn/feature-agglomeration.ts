import { badFile } from '../../formats/errors.js';
import { asInt32, attr, globalName, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';

export const featureAgglomerationConverters: Record<string, EstimatorConverter> = {
  FeatureAgglomeration: convertAgglomeration,
};

/** Features of one cluster become one: their mean, largest, smallest or sum. */
function convertAgglomeration({ g }: Conversion, estimator: Place, features: Features): Methods {
  const groups = readGroups(attr(estimator, 'labels_'), features.width);
  const pooling = globalName(attr(estimator, 'pooling_func')).replace(/^numpy\.a?/, '');
  const values = pool(g, estimator, features, groups, pooling);
  // A mean is float64 even for float32 rows; the other functions keep the type of what they are given.
  const datatype = pooling === 'mean' ? 'FP64' : features.datatype;
  return { transform: { features: new MatrixFeatures(g, values), datatype }, missing: false };
}

/** Positions of the features of each cluster, clusters by their number. */
function readGroups(labels: Place, width: number): number[][] {
  const { data } = asInt32(labels);
  if (data.length !== width) throw badFile(`${labels.path}: expected ${width} labels, got ${data.length}`);
  const groups = new Map<number, number[]>();
  data.forEach((label, feature) => {
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [feature]);
    else group.push(feature);
  });
  return [...groups.keys()].sort((a, b) => a - b).map(label => groups.get(label)!);
}

function pool(g: GraphBuilder, estimator: Place, features: Features, groups: number[][], pooling: string): Ref {
  if (pooling === 'max' || pooling === 'min') {
    const x = features.matrix();
    const reduce = pooling === 'max' ? g.max : g.min;
    return g.concat(groups.map(group => reduce(g.take(x, group), 1, true)));
  }
  if (pooling !== 'mean' && pooling !== 'sum') throw unsupported(estimator, `pooling_func ${pooling}`);
  const data = new Float64Array(features.width * groups.length);
  groups.forEach((group, column) => {
    for (const feature of group) data[feature * groups.length + column] = pooling === 'mean' ? 1 / group.length : 1;
  });
  const weights = { data, rows: features.width, columns: groups.length };
  return features.product(weights, new Float64Array(groups.length));
}
