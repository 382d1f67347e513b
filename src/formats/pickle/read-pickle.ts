import { badFile } from '../errors.js';
import { AllowedGlobals } from './allow-list.js';
import type { PickleLimits } from './limits.js';
import { Unpickler } from './unpickler.js';
import type { PyGlobal, PyValue } from './values.js';

export interface PickleContent {
  readonly value: PyValue;
  /** Every class and function the file names, in order. */
  readonly globals: readonly PyGlobal[];
}

/** Reads a whole pickle or joblib file (one reader serves both). Throws INVALID_ARGUMENT; runs nothing. */
export function readPickle(bytes: Uint8Array, limits: PickleLimits): PickleContent {
  const globals = new AllowedGlobals();
  const machine = new Unpickler(bytes, limits, globals.find);
  const value = machine.run();
  if (machine.reader.left > 0) throw badFile(`${machine.reader.left} bytes follow the end of the pickle`);
  return { value, globals: globals.list() };
}
