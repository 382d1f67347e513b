import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServerError } from '../core/errors.js';
import { requireAnew } from './commonjs.js';
import * as hooks from './module-hooks.js';
import { isModuleSyntax } from './module-syntax.js';

/** Looked for in this order. */
const ENDINGS = ['.ts', '.mts', '.js', '.mjs', '.cjs'];

export interface ModelModule {
  readonly folder: string;
  /** Dotted path from the folder. */
  readonly module: string;
  readonly className: string;
}

/** What newer Node versions have besides `register`: hooks without a thread of their own. */
interface SyncHooks {
  readonly registerHooks?: (hooks: object) => void;
}

let hooked = false;

/**
 * The export `className` of a model's module, read anew for every `generation`. Throws INVALID_ARGUMENT that names the file, the
 * export, or what the module threw.
 */
export async function importModel({ folder, module, className }: ModelModule, generation: string): Promise<unknown> {
  const path = findModule(folder, module);
  const exports = await importFile(path, generation);
  const found = exportOf(exports, className);
  if (found !== undefined) return found;
  const names = Object.keys(exports).filter(name => name !== 'default');
  const known = names.length > 0 ? names.map(name => `'${name}'`).join(', ') : 'none';
  throw bad(`${path} has no export '${className}'; its exports: ${known}`);
}

function findModule(folder: string, module: string): string {
  const base = join(folder, ...module.split('.'));
  const ending = ENDINGS.find(ending => existsSync(base + ending));
  if (ending !== undefined) return base + ending;
  const hint = existsSync(`${base}.py`) ? `; ${basename(base)}.py is there, but Python models are not run` : '';
  throw bad(`there is no ${basename(base)}.ts, .mts, .js, .mjs or .cjs in ${join(base, '..')}${hint}`);
}

async function importFile(path: string, generation: string): Promise<Record<string, unknown>> {
  try {
    const plain = path.endsWith('.js') && !isModuleSyntax(readFileSync(path, 'utf8'), path);
    if (plain || path.endsWith('.cjs')) {
      const api: unknown = await import(new URL('../index.js', import.meta.url).href);
      return Object(requireAnew(path, api)) as Record<string, unknown>;
    }
    addHooks();
    return (await import(hooks.markedUrl(pathToFileURL(path), generation))) as Record<string, unknown>;
  } catch (error) {
    throw bad(`${path} cannot be imported: ${explain(error)}`, error);
  }
}

function addHooks(): void {
  if (hooked) return;
  hooked = true;
  const { registerHooks } = nodeModule as SyncHooks;
  if (registerHooks !== undefined) registerHooks({ resolve: hooks.resolve, load: hooks.load });
  else nodeModule.register('./module-hooks.js', import.meta.url);
}

/** By name; of the default export when that is it, or holds it. */
function exportOf(exports: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(exports, name)) return exports[name];
  const { default: main } = exports as { default?: unknown };
  if (typeof main === 'function') return main.name === name ? main : undefined;
  if (typeof main !== 'object' || main === null) {
    // `module.exports = class MyModel {}`
    return typeof exports === 'function' && (exports as { name: string }).name === name ? exports : undefined;
  }
  return Object.hasOwn(main, name) ? (main as Record<string, unknown>)[name] : undefined;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof SyntaxError)) return error.message;
  // Node writes the place above the stack, with the mark that makes each reload a module of its own.
  const [place] = (error.stack ?? '').split('\n');
  return place.startsWith('file:') ? `${error.message} (${place.replace(/\?modelyard=[^:]*/, '')})` : error.message;
}

function bad(problem: string, cause?: unknown): ServerError {
  return new ServerError('INVALID_ARGUMENT', problem, { cause });
}
