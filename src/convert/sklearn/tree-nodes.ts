import { badFile } from '../../formats/errors.js';
import { asArray, asFloat64, asInt32, attr, field, optionalField, type Place } from '../../formats/pickle/access.js';
import { MISSING, type TreeSpec } from '../tree-spec.js';

/**
 * A fitted tree. `sklearn.tree._tree.Tree(n_features, n_classes, n_outputs)` holds its nodes as records of 56 bytes, since 1.3
 * of 64:
 *
 *   left_child i8, right_child i8    -1 in leaves
 *   feature i8, threshold f8         float32(x) <= threshold goes left
 *   impurity f8, n_node_samples i8, weighted_n_node_samples f8
 *   missing_go_to_left u1            since 1.3; before, no tree takes missing values
 *
 * and as `values` what each node stands for, [nodes, outputs, classes] (regression: one "class").
 */
export interface TreeNodes extends TreeSpec {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  /** Training rows by node. */
  readonly samples: Int32Array;
  /** [nodes, outputs, classes] */
  readonly values: Float64Array;
  readonly outputs: number;
  /** The largest number of classes that an output has. */
  readonly classes: number;
}

const NO_CHILD = -1;

/** Reads the `tree_` of an estimator. Whether children and features exist is checked when the tree is added to a graph. */
export function readTree(estimator: Place): TreeNodes {
  const tree = attr(estimator, 'tree_');
  const nodes = attr(tree, 'nodes');
  const { shape: nodesShape } = asArray(nodes);
  const { data: values, shape } = asFloat64(attr(tree, 'values'));
  if (nodesShape.length !== 1 || shape.length !== 3 || shape[0] !== nodesShape[0]) {
    throw badFile(`${tree.path}: nodes of shape [${nodesShape}] do not fit values of shape [${shape}]`);
  }
  const missing = optionalField(nodes, 'missing_go_to_left');
  const left = asInt32(field(nodes, 'left_child')).data;
  const right = asInt32(field(nodes, 'right_child')).data;
  checkLeaves(tree, left, right);
  return {
    left,
    right,
    feature: asInt32(field(nodes, 'feature')).data,
    threshold: asFloat64(field(nodes, 'threshold')).data,
    missing: missing && asInt32(missing).data.map(left => (left === 1 ? MISSING.left : MISSING.right)),
    samples: asInt32(field(nodes, 'n_node_samples')).data,
    values,
    outputs: shape[1],
    classes: shape[2],
  };
}

/** A node has two children or none, and none is -1: other negative numbers must not pass for leaves. */
function checkLeaves(tree: Place, left: Int32Array, right: Int32Array): void {
  for (let node = 0; node < left.length; node++) {
    const child = Math.min(left[node], right[node]);
    if (child < NO_CHILD || (child === NO_CHILD && left[node] !== right[node])) {
      throw badFile(`${tree.path}: node ${node} has the children ${left[node]} and ${right[node]}`);
    }
  }
}

/** Depth by node: 0 for the root. Children stand behind their parents in every tree that scikit-learn writes. */
export function depthsOf(tree: Place, { left, right }: TreeNodes): Int32Array {
  const depths = new Int32Array(left.length);
  for (let node = 0; node < left.length; node++) {
    if (left[node] < 0) continue;
    if (left[node] <= node || right[node] <= node)
      throw badFile(`${tree.path}: node ${node} stands behind its children`);
    depths[left[node]] = depths[node] + 1;
    depths[right[node]] = depths[node] + 1;
  }
  return depths;
}

/** The tree with other leaves: `rewrite` is given the `classes` numbers of each node and writes `width` new ones. */
export function rewriteLeaves(
  tree: TreeNodes,
  width: number,
  rewrite: (values: Float64Array, to: Float64Array) => void,
): TreeNodes {
  const from = tree.outputs * tree.classes;
  const values = new Float64Array(tree.left.length * width);
  for (let node = 0; node < tree.left.length; node++) {
    if (tree.left[node] >= 0) continue;
    rewrite(tree.values.subarray(node * from, (node + 1) * from), values.subarray(node * width, (node + 1) * width));
  }
  return { ...tree, values };
}

/** The tree fitted on some columns of the rows, as one that looks at the rows themselves. */
export function onColumns(tree: TreeNodes, columns: Int32Array): TreeNodes {
  return { ...tree, feature: tree.feature.map(feature => (feature < 0 ? feature : (columns[feature] ?? -1))) };
}
