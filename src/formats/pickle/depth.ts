import { badFile } from '../errors.js';
import { NdArray, PyDict, PyObject, PySet, PyTuple, type PyValue } from './values.js';

interface Visit {
  readonly value: object;
  readonly children: readonly object[];
  next: number;
  height: number;
}

const NONE: readonly object[] = [];

/** Values up to this size that hold no others are looked at again at each mention, which is cheaper than noting them. */
const SMALL = 32;

/**
 * Refuses values whose objects nest deeper than `maxDepth`, so that whoever walks a model may recurse. Objects are
 * visited once, without recursion; an object that contains itself counts as far as its first mention.
 */
export function checkDepth(root: PyValue, maxDepth: number): void {
  if (!isContainer(root)) return;
  const heights = new Map<object, number>();
  const path: Visit[] = [{ value: root, children: childrenOf(root), next: 0, height: 1 }];
  while (path.length > 0) {
    const visit = path[path.length - 1];
    if (visit.next < visit.children.length) {
      const child = visit.children[visit.next++];
      const known = heights.get(child);
      const children = known === undefined ? childrenOf(child) : NONE;
      if (known !== undefined) visit.height = Math.max(visit.height, known + 1);
      else if (children === NONE && isSmall(child)) visit.height = Math.max(visit.height, 2);
      else {
        heights.set(child, 0);
        path.push({ value: child, children, next: 0, height: 1 });
      }
    } else {
      path.pop();
      heights.set(visit.value, visit.height);
      const parent = path[path.length - 1];
      if (parent !== undefined) parent.height = Math.max(parent.height, visit.height + 1);
    }
    if (path.length > maxDepth || visit.height > maxDepth) throw badFile(`objects nest deeper than ${maxDepth} levels`);
  }
}

function isSmall(value: object): boolean {
  if (Array.isArray(value)) return value.length <= SMALL;
  if (value instanceof PyTuple || value instanceof PySet) return value.items.length <= SMALL;
  return value instanceof PyDict && value.size <= SMALL;
}

/** The values inside a value that may hold further ones. */
function childrenOf(value: object): readonly object[] {
  if (Array.isArray(value)) return containersOf(value);
  if (value instanceof PyTuple || value instanceof PySet) return containersOf(value.items);
  if (value instanceof PyDict) {
    const keys = containersOf(value.keys());
    const values = containersOf(value.values());
    return keys === NONE ? values : [...keys, ...values];
  }
  if (value instanceof NdArray) return containersOf(value.objects ?? []);
  if (!(value instanceof PyObject)) return NONE;
  const { args, attributes, state, items } = value;
  return containersOf([...args, ...attributes.values(), state, ...(items === undefined ? [] : [items as PyValue])]);
}

function containersOf(values: Iterable<PyValue>): readonly object[] {
  let found: object[] | undefined;
  for (const value of values) if (isContainer(value)) (found ??= []).push(value);
  return found ?? NONE;
}

function isContainer(value: PyValue): value is PyValue & object {
  return (
    Array.isArray(value) ||
    value instanceof PyTuple ||
    value instanceof PyDict ||
    value instanceof PySet ||
    value instanceof PyObject ||
    (value instanceof NdArray && value.objects !== null)
  );
}
