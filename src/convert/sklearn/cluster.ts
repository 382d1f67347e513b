import { badFile } from '../../formats/errors.js';
import { asInt, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import { isInt32, type Matrix, matrixOf, vectorOf } from './dense.js';
import { nearestPoint, squaredDistances } from './distances.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { fittedColumns } from './fitted-columns.js';
import type { Methods, Transformed } from './methods.js';

export const clusterConverters: Record<string, EstimatorConverter> = {
  KMeans: convertKMeans,
  MiniBatchKMeans: convertKMeans,
  BisectingKMeans: convertBisecting,
  MeanShift: convertCentres,
  AffinityPropagation: convertCentres,
  Birch: convertBirch,
};

function readCentres(estimator: Place, name: string, features: Features): Matrix {
  const centres = matrixOf(attr(estimator, name), undefined, features.width);
  if (centres.rows === 0) throw unsupported(estimator, 'no cluster');
  return centres;
}

/** Distances to the centres. */
function distances(g: GraphBuilder, features: Features, centres: Matrix, place: Place): Transformed {
  return fittedColumns(g, g.sqrt(squaredDistances(g, features.matrix(), centres)), place, features);
}

function convertKMeans({ g }: Conversion, estimator: Place, features: Features): Methods {
  const centres = readCentres(estimator, 'cluster_centers_', features);
  const x = features.matrix();
  return {
    predict: { kind: 'value', value: nearestPoint(g, x, centres), datatype: 'INT32' },
    transform: distances(g, features, centres, attr(estimator, 'cluster_centers_')),
    missing: false,
  };
}

function convertCentres({ g }: Conversion, estimator: Place, features: Features): Methods {
  const centres = readCentres(estimator, 'cluster_centers_', features);
  const value = nearestPoint(g, features.matrix(), centres);
  return { predict: { kind: 'value', value, datatype: 'INT64' }, missing: false };
}

/** The label of the nearest subcluster. */
function convertBirch({ g }: Conversion, estimator: Place, features: Features): Methods {
  const centres = readCentres(estimator, 'subcluster_centers_', features);
  const x = features.matrix();
  const place = attr(estimator, 'subcluster_labels_');
  const labels = g.constant(vectorOf(place, centres.rows));
  return {
    predict: {
      kind: 'value',
      value: g.gather(labels, nearestPoint(g, x, centres)),
      datatype: isInt32(place) ? 'INT32' : 'INT64',
    },
    transform: distances(g, features, centres, attr(estimator, 'subcluster_centers_')),
    missing: false,
  };
}

/** Clusters were halved again and again; a row takes the same way down. */
function convertBisecting({ g }: Conversion, estimator: Place, features: Features): Methods {
  const centres = readCentres(estimator, 'cluster_centers_', features);
  const x = features.matrix();
  const [value] = g.kernel('bisecting', {
    inputs: [x],
    arrays: readHalvings(estimator, features.width, 2 * centres.rows - 1),
    outputs: [{ type: 'i32', shape: [-1] }],
  });
  return {
    predict: { kind: 'value', value, datatype: 'INT32' },
    transform: distances(g, features, centres, attr(estimator, 'cluster_centers_')),
    missing: false,
  };
}

/** `_bisecting_tree`: nodes with `center`, `left`, `right` (None in leaves) and, in leaves, `label`; at most `limit` of them. */
function readHalvings(estimator: Place, columns: number, limit: number) {
  const nodes = [attr(estimator, '_bisecting_tree')];
  const mean = offsetOf(estimator, columns);
  const left: number[] = [];
  const right: number[] = [];
  const labels: number[] = [];
  const centres: number[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    vectorOf(attr(node, 'center'), columns).forEach((value, column) => {
      centres.push(value + mean[column]);
    });
    const isLeaf = isNone(attr(node, 'left'));
    left.push(isLeaf ? -1 : nodes.length);
    right.push(isLeaf ? -1 : nodes.length + 1);
    labels.push(isLeaf ? asInt(attr(node, 'label')) : -1);
    if (!isLeaf) nodes.push(attr(node, 'left'), attr(node, 'right'));
    if (nodes.length > limit) throw badFile(`${nodes[0].path}: expected at most ${limit} nodes`);
  }
  return {
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    labels: Int32Array.from(labels),
    centres: Float64Array.from(centres),
  };
}

/** Dense rows were moved by their mean while the tree grew. */
function offsetOf(estimator: Place, columns: number): Float64Array {
  const place = optionalAttr(estimator, '_X_mean');
  return place === undefined ? new Float64Array(columns) : vectorOf(place, columns);
}
