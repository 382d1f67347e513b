import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerError } from '../core/errors.js';

/** Folders of .templates/, whose name has a dot because `npm start` serves this whole repository, templates left out. */
export const TEMPLATES = ['sklearn', 'xgboost', 'onnx', 'custom-ts'] as const;
export type Template = (typeof TEMPLATES)[number];

/** The examples of models/ that templates take for their model. */
const EXAMPLES = new Map<Template, string>([
  ['xgboost', 'mushroom-xgboost'],
  ['custom-ts', 'text-similarity'],
]);

/** Of this package, three folders above this file once it is built. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Copies a template into `folder`, which is made where it is not there, and resolves with the files' paths in it. Throws
 * ALREADY_EXISTS, with nothing copied, when one of them is there.
 */
export async function createFolder(template: Template, folder: string): Promise<string[]> {
  const sources = await sourcesOf(template);
  const files = [...sources.keys()].sort();
  const taken: string[] = [];
  for (const file of files) if (await exists(join(folder, file))) taken.push(file);
  if (taken.length > 0) {
    throw new ServerError('ALREADY_EXISTS', `'${folder}' has ${taken.join(', ')} already, and no file is overwritten`);
  }
  for (const [file, source] of sources) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(source, join(folder, file), constants.COPYFILE_EXCL);
  }
  return files;
}

/** Where the files come from, by their paths in the folder that is made. */
async function sourcesOf(template: Template): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  const add = async (folder: string, prefix: string) => {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) sources.set(join(prefix, relative(folder, path)), path);
    }
  };
  await add(join(ROOT, '.templates', template), '');
  const example = EXAMPLES.get(template);
  if (example !== undefined) await add(join(ROOT, 'models', example), example);
  return sources;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => !['ENOENT', 'ENOTDIR'].includes(error.code!),
  );
}
