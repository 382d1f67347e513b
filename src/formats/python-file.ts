import { type Unpacked, unpack } from './containers.js';
import { type Container, isZip, refuseOtherFiles } from './detect.js';
import { badFile } from './errors.js';
import { AllowedGlobals, globalOf, isAllowed } from './pickle/allow-list.js';
import { checkDepth } from './pickle/depth.js';
import { DEFAULT_PICKLE_LIMITS, type PickleLimits } from './pickle/limits.js';
import type { FindGlobal } from './pickle/machine.js';
import { Unpickler } from './pickle/unpickler.js';
import { type PyGlobal, PyObject, type PyValue, typeName } from './pickle/values.js';
import { readSkops } from './skops.js';

export type PythonFormat = 'joblib' | 'pickle' | 'skops';

/** A model file of Python, read but not judged: whether its object is a model that can be served, converters decide. */
export interface PythonModelFile {
  readonly container: Container;
  readonly format: PythonFormat;
  readonly value: PyObject;
  /** Every class and function the file names, in order of first mention. */
  readonly globals: readonly PyGlobal[];
}

/**
 * Reads a file that joblib, pickle or skops wrote, whatever its name and packing. Runs nothing that the file names.
 * The result keeps views on `bytes` or on their unpacked copy. Throws INVALID_ARGUMENT with the reason.
 */
export function readModelObject(bytes: Uint8Array, limits: Partial<PickleLimits> = {}): PythonModelFile {
  const bounds = { ...DEFAULT_PICKLE_LIMITS, ...limits };
  refuseOtherFiles(bytes);
  const unpacked = unpack(bytes, bounds.maxBytes);
  const globals = new AllowedGlobals();
  const value = readValue(unpacked.bytes, bounds, globals.find);
  if (!(value instanceof PyObject)) throw badFile(`the file holds ${typeName(value)}, not a model`);
  checkDepth(value, bounds.maxDepth);
  const found = globals.list();
  return { container: unpacked.container, format: formatOf(unpacked, found), value, globals: found };
}

function readValue(bytes: Uint8Array, limits: PickleLimits, findGlobal: FindGlobal): PyValue {
  if (isZip(bytes)) return readSkops(bytes, limits, findGlobal);
  const machine = new Unpickler(bytes, limits, findGlobal);
  const value = machine.run();
  if (machine.reader.left > 0) throw badFile(`${machine.reader.left} bytes follow the end of the pickle`);
  return value;
}

/** joblib and pickle differ only in arrays between the opcodes: a model without arrays looks the same in both. */
function formatOf(unpacked: Unpacked, globals: readonly PyGlobal[]): PythonFormat {
  if (isZip(unpacked.bytes)) return 'skops';
  return globals.some(global => global.module === 'joblib.numpy_pickle') ? 'joblib' : 'pickle';
}

export interface NamedGlobal {
  readonly module: string;
  readonly name: string;
  readonly allowed: boolean;
}

export interface PythonFileSurvey {
  readonly container: Container;
  readonly format: PythonFormat;
  readonly globals: readonly NamedGlobal[];
  /** Why reading stopped before the end; what the rest of the file names is then unknown. */
  readonly stopped?: string;
}

/**
 * Lists every class and function that a file names, the forbidden ones too, for people who want to know what is in a
 * file. Nothing is run, and no model comes of it.
 */
export function surveyPythonFile(bytes: Uint8Array, limits: Partial<PickleLimits> = {}): PythonFileSurvey {
  const bounds = { ...DEFAULT_PICKLE_LIMITS, ...limits };
  refuseOtherFiles(bytes);
  const unpacked = unpack(bytes, bounds.maxBytes);
  const found = new Map<string, PyGlobal>();
  const find = (module: string, name: string): PyGlobal => {
    const key = `${module}\n${name}`;
    const global = found.get(key) ?? globalOf(module, name);
    found.set(key, global);
    return global;
  };
  let stopped: string | undefined;
  try {
    readValue(unpacked.bytes, bounds, find);
  } catch (error) {
    stopped = (error as Error).message;
  }
  const globals = [...found.values()];
  return {
    container: unpacked.container,
    format: formatOf(unpacked, globals),
    globals: globals.map(({ module, name }) => ({ module, name, allowed: isAllowed(module, name) })),
    stopped,
  };
}
