import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerError } from '../core/errors.js';

/** Folders of .templates/, which .templates/generate.py fills. */
export const TEMPLATES = ['sklearn', 'xgboost', 'onnx', 'custom-ts'] as const;
export type Template = (typeof TEMPLATES)[number];

/** Three folders above this file once it is built. Its name has a dot: `npm start` serves this whole repository, templates left out. */
const ROOT = fileURLToPath(new URL('../../../.templates/', import.meta.url));

/**
 * Copies a template into `folder`, which is made where it is not there, and resolves with the files' paths in it. Throws
 * ALREADY_EXISTS, with nothing copied, when one of them is there.
 */
export async function createFolder(template: Template, folder: string): Promise<string[]> {
  const source = join(ROOT, template);
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(source.length + 1))
    .sort();
  const taken: string[] = [];
  for (const file of files) if (await exists(join(folder, file))) taken.push(file);
  if (taken.length > 0) {
    throw new ServerError('ALREADY_EXISTS', `'${folder}' has ${taken.join(', ')} already, and no file is overwritten`);
  }
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join(source, file), join(folder, file), constants.COPYFILE_EXCL);
  }
  return files;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => !['ENOENT', 'ENOTDIR'].includes(error.code!),
  );
}
