import { realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { badFile } from '../formats/errors.js';
import { leadsOut } from '../repository/artifact.js';

/** The absolute path of a file that must lie in the folder, links followed; `what` names it in messages. Rejects with INVALID_ARGUMENT. */
export async function fileInside(folder: string, file: string, what: string): Promise<string> {
  const odd = file === '' || isAbsolute(file) || /[\\\0]/.test(file) || file.split('/').includes('..');
  if (odd) throw badFile(`${what} '${file}' is no path inside of the folder`);
  const path = await realpath(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    throw badFile(`${what} '${file}' cannot be read (${error.code})`, error);
  });
  if (await leadsOut(path, folder)) throw badFile(`${what} '${file}' leads out of the folder`);
  return path;
}
