import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { implementationOf, RUNTIMES } from '../settings/implementations.js';

const MODULE = /\.(ts|mts|js|mjs|cjs)$/;

/**
 * The implementation that the `servable_name` of a list of models means: one of our runtimes (`sklearn`), what a
 * model-settings.json would say (`mlserver_sklearn.SKLearnModel`), or a class by the name of its module (`text_input` is
 * TextInputModel in text_input.ts), if one of the folders holds that module. Undefined when it is none of them.
 */
export async function implementationOfServable(name: string, folders: readonly string[]): Promise<string | undefined> {
  const [path] = [...RUNTIMES].find(([, kind]) => kind === name) ?? [];
  if (path !== undefined) return path;
  const written = name.includes('.') ? name : `${name}.${classNameOf(name)}`;
  const implementation = implementationOf(written);
  if (implementation?.kind !== 'custom') return implementation && written;
  return (await folderOfModule(implementation.module, folders)) && written;
}

/** The first of the folders that holds a module, given by its dotted path. */
export async function folderOfModule(module: string, folders: readonly string[]): Promise<string | undefined> {
  const parts = module.split('.');
  const file = parts[parts.length - 1];
  for (const folder of folders) {
    const names = await readdir(dirname(join(folder, ...parts))).catch(() => []);
    if (names.some(name => MODULE.test(name) && name.replace(MODULE, '') === file)) return folder;
  }
  return undefined;
}

/** `text_input` -> `TextInputModel` */
function classNameOf(module: string): string {
  return `${module.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Model`;
}
