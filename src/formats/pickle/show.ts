import { Dtype } from './dtype.js';
import { NdArray, PyDict, PyGlobal, PyObject, PySet, PyTuple, type PyValue, typeName } from './values.js';

const MAX_ITEMS = 5;
const MAX_TEXT = 60;
const MAX_DEPTH = 3;

/** A value in one short line, much as Python shows it. */
export function showValue(value: PyValue, depth = 0): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return `'${value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}...` : value}'`;
  if (typeof value === 'number' && Number.isNaN(value)) return 'nan';
  if (typeof value !== 'object') return String(value);
  if (value instanceof PyGlobal) return value.text;
  if (value instanceof PyObject) return `${value.cls.name}()`;
  if (value instanceof NdArray || value instanceof Dtype || value instanceof Uint8Array || depth >= MAX_DEPTH) {
    return typeName(value);
  }
  if (value instanceof PyDict) {
    const entries = few(
      value.entries(),
      ([key, item]) => `${showValue(key, depth + 1)}: ${showValue(item, depth + 1)}`,
    );
    return `{${entries}}`;
  }
  if (value instanceof PyTuple) return `(${few(value.items, item => showValue(item, depth + 1))})`;
  const items = few(value instanceof PySet ? value.items : value, item => showValue(item, depth + 1));
  return value instanceof PySet ? `{${items}}` : `[${items}]`;
}

function few<T>(items: Iterable<T>, show: (item: T) => string): string {
  const shown: string[] = [];
  for (const item of items) {
    if (shown.length === MAX_ITEMS) return `${shown.join(', ')}, ...`;
    shown.push(show(item));
  }
  return shown.join(', ');
}
