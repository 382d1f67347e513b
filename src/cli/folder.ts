import { stat } from 'node:fs/promises';

/** Why a path is no folder, in words; undefined when it is one. */
export async function checkFolder(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : 'expected a folder, found a file';
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}
