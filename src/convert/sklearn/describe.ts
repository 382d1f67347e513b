import { optionalAttr, type Place } from '../../formats/pickle/access.js';
import { PyObject, PyTuple, type PyValue } from '../../formats/pickle/values.js';
import { shortName } from './estimator.js';

/** Parameters that say what kind of model it is, shown where they are text. */
const TELLING = ['kernel', 'loss', 'penalty', 'solver', 'metric', 'weights', 'strategy', 'method'];
/** Parameters that hold further estimators. */
const MEMBERS = ['estimator', 'base_estimator', 'final_estimator', 'regressor', 'classifier'];
const MAX_DEPTH = 4;

/** One line, such as `Pipeline(StandardScaler, SVC(kernel='rbf'))`. */
export function describeEstimator(estimator: Place, depth = 0): string {
  const inside: string[] = [];
  if (depth < MAX_DEPTH) {
    for (const list of ['steps', 'transformers', 'transformer_list', 'estimators']) {
      for (const member of namedMembers(optionalAttr(estimator, list)?.value)) {
        inside.push(describeEstimator({ path: list, value: member }, depth + 1));
      }
    }
    for (const name of MEMBERS) {
      const member = optionalAttr(estimator, name);
      if (member?.value instanceof PyObject) inside.push(describeEstimator(member, depth + 1));
    }
  }
  for (const name of TELLING) {
    const value = optionalAttr(estimator, name)?.value;
    if (typeof value === 'string' && value !== 'deprecated') inside.push(`${name}='${value}'`);
  }
  return inside.length === 0 ? shortName(estimator) : `${shortName(estimator)}(${inside.join(', ')})`;
}

/** The estimators of a list of (name, estimator, ...). */
function namedMembers(value: PyValue | undefined): PyObject[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap(item => (item instanceof PyTuple && item.items[1] instanceof PyObject ? [item.items[1]] : []));
}
