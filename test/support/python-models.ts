import assert from 'node:assert/strict';
import { convertSklearn } from '../../src/convert/sklearn/convert-sklearn.js';
import { ServerError } from '../../src/core/errors.js';
import { PyObject, type PyValue } from '../../src/formats/pickle/values.js';
import { readModelObject } from '../../src/formats/python-file.js';
import { goldenCase, modelBytes } from './golden.js';

/** The object that a golden case's file holds: tests change it in one place and see the conversion refuse it. */
export function goldenObject(name: string): PyObject {
  return readModelObject(modelBytes(goldenCase(name))).value;
}

/** What stands at a path inside an object: attributes by name, items of lists by number. */
export function at(object: PyObject, ...path: readonly (string | number)[]): PyValue {
  let value: PyValue = object;
  for (const key of path) {
    const next: PyValue | undefined =
      typeof key === 'number' ? (value as PyValue[])[key] : (value as PyObject).attributes.get(key);
    assert.notEqual(next, undefined, `nothing at ${path.join('.')}`);
    value = next as PyValue;
  }
  return value;
}

/** The same, for what must be an object itself. */
export function objectAt(object: PyObject, ...path: readonly (string | number)[]): PyObject {
  const value = at(object, ...path);
  assert.ok(value instanceof PyObject);
  return value;
}

/** Fails unless the conversion refuses the object with a message that matches. */
export function assertRefused(object: PyObject, message: RegExp): void {
  assert.throws(
    () => convertSklearn(object),
    error => error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && message.test(error.message),
  );
}
