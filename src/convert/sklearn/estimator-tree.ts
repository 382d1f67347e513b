import { showValue } from '../../formats/pickle/show.js';
import { PyObject, PyTuple, type PyValue } from '../../formats/pickle/values.js';

/** An estimator with what it was made with, and the estimators among that. */
export interface EstimatorNode {
  /** Its name within the one it belongs to: a pipeline's step, a parameter. */
  readonly name?: string;
  /** The full name: `sklearn.svm._classes.SVC`. */
  readonly className: string;
  /** Parameters that are no estimators, each as a short text. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly members: readonly EstimatorNode[];
}

/** Files may share one object a million times. */
const MAX_NODES = 500;
const MAX_DEPTH = 20;

/**
 * The estimators in a file as their author wrote them down: by scikit-learn's rule everything that was learnt has a name that
 * ends in `_`, and is left out.
 */
export function estimatorTree(estimator: PyObject): EstimatorNode {
  return new TreeReader().node(estimator, undefined, 0);
}

class TreeReader {
  private nodes = 0;

  node(estimator: PyObject, name: string | undefined, depth: number): EstimatorNode {
    this.nodes++;
    const parameters: Record<string, string> = Object.create(null);
    const members: EstimatorNode[] = [];
    for (const [parameter, value] of estimator.attributes) {
      if (parameter.startsWith('_') || parameter.endsWith('_')) continue;
      const inside = depth < MAX_DEPTH ? membersOf(parameter, value) : [];
      if (inside.length === 0) parameters[parameter] = showValue(value);
      for (const [memberName, member] of inside) {
        if (this.nodes < MAX_NODES) members.push(this.node(member, memberName, depth + 1));
      }
    }
    return { name, className: estimator.cls.text, parameters, members };
  }
}

/** The estimators that a parameter holds: one, or a list of (name, estimator, ...) or of estimators. */
function membersOf(parameter: string, value: PyValue): [name: string, estimator: PyObject][] {
  if (isEstimator(value)) return [[parameter, value]];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item, i): [string, PyObject][] => {
    if (isEstimator(item)) return [[`${parameter}[${i}]`, item]];
    if (!(item instanceof PyTuple)) return [];
    const [name, estimator] = item.items;
    return isEstimator(estimator) ? [[typeof name === 'string' ? name : `${parameter}[${i}]`, estimator]] : [];
  });
}

function isEstimator(value: PyValue | undefined): value is PyObject {
  return value instanceof PyObject && value.attributes.size > 0;
}
