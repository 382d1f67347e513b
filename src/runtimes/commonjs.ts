import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction, constants } from 'node:vm';
import { COMMONJS_NAMES, isModuleSyntax } from './module-syntax.js';

interface CommonJsModule {
  exports: unknown;
}

/**
 * Runs a CommonJS module of a model, and what it requires by a relative path, anew: Node keeps what it has once required, and
 * reads `.js` by a package.json that may lie anywhere above. `api` is what `require('modelyard')` gives. Throws what the module
 * throws.
 */
export function requireAnew(path: string, api: unknown, known = new Map<string, CommonJsModule>()): unknown {
  const module: CommonJsModule = { exports: {} };
  known.set(path, module);
  const ordinary = createRequire(path);
  const require = (specifier: string): unknown => {
    if (specifier === 'modelyard') return api;
    const found = ordinary.resolve(specifier);
    if (!/^\.\.?\//.test(specifier) || !/\.c?js$/.test(found)) return ordinary(specifier);
    if (!known.has(found) && isModuleSyntax(readFileSync(found, 'utf8'), found)) return ordinary(specifier);
    return known.has(found) ? known.get(found)!.exports : requireAnew(found, api, known);
  };
  require.resolve = ordinary.resolve;
  const run = compileFunction(readFileSync(path, 'utf8'), COMMONJS_NAMES, {
    filename: path,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  run.call(module.exports, module.exports, require, module, path, dirname(path));
  return module.exports;
}
