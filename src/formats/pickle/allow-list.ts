import { badFile } from '../errors.js';
import { OTHER_NAMES, SKLEARN_CLASS_MODULES, SKLEARN_NAMES } from './allowed-names.js';
import { PyGlobal } from './values.js';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MODULE = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const CLASS_NAME = /^[A-Z][A-Za-z0-9]*$/;

/**
 * Whether a model file may name this class or function. Nothing named is ever run; the list keeps out files whose
 * model is code that is not here, and says so by name. Modules are matched whole, and names must be plain identifiers:
 * in Python "sklearn.svm._classes" + "SVC.__init__.__globals__" leads anywhere.
 */
export function isAllowed(module: string, name: string): boolean {
  if (!IDENTIFIER.test(name) || !MODULE.test(module)) return false;
  if (OTHER_NAMES.get(module)?.has(name) || SKLEARN_NAMES.get(module)?.has(name)) return true;
  return SKLEARN_CLASS_MODULES.has(module) && CLASS_NAME.test(name);
}

/** Protocols 0 to 2 write names as Python 2 had them. */
const PYTHON_2_NAMES: ReadonlyMap<string, string> = new Map([
  ['xrange', 'range'],
  ['unicode', 'str'],
  ['long', 'int'],
]);

/** The global for a name in a file, under the name it has in Python 3. */
export function globalOf(module: string, name: string): PyGlobal {
  if (module === '__builtin__') return new PyGlobal('builtins', PYTHON_2_NAMES.get(name) ?? name);
  return new PyGlobal(module === 'copy_reg' ? 'copyreg' : module, name);
}

/** A global as a message may show it: whatever is not plain text is escaped. */
function printableGlobal(module: string, name: string): string {
  const text = `${module}.${name}`;
  return /^[\w.<>]{1,200}$/.test(text) ? text : JSON.stringify(text.slice(0, 200));
}

/** One PyGlobal per name; refuses what is not allowed. */
export class AllowedGlobals {
  private readonly found = new Map<string, PyGlobal>();

  readonly find = (module: string, name: string): PyGlobal => {
    const global = globalOf(module, name);
    const key = `${global.module}\n${global.name}`;
    const known = this.found.get(key);
    if (known !== undefined) return known;
    if (!isAllowed(global.module, global.name)) {
      throw badFile(`${printableGlobal(module, name)} is not allowed in a model file${hint(module, name)}`);
    }
    this.found.set(key, global);
    return global;
  };

  list(): PyGlobal[] {
    return [...this.found.values()];
  }
}

/** Why a name that well-meant files contain cannot be served. */
function hint(module: string, name: string): string {
  if (name === 'NDArrayWrapper' || name === 'ZNDArrayWrapper')
    return ': joblib before 0.10 wrote it; save the model again with a newer joblib';
  if (module === '__main__')
    return ': it is defined in the script that saved the model, and its code is not in the file';
  if (module.startsWith('cloudpickle'))
    return ': it carries Python code; use named functions of numpy or scikit-learn instead of lambdas';
  if (MODULE.test(module) && !module.startsWith('sklearn.'))
    return ': only classes of scikit-learn, XGBoost, LightGBM, numpy and scipy are read';
  return '';
}
