import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { escapeLine } from '../logging/escape.js';
import { explain } from './explain.js';
import type { CliHost } from './host.js';

/**
 * What a command does with FOLDER (an absolute path) and says when it is done. Resolves with the exit code: 0 when it is done, 1 when
 * not, 2 when there is no such folder.
 */
export async function withFolder(
  folder: string,
  { stdout, stderr, workingDirectory }: CliHost,
  run: (path: string) => Promise<readonly string[]>,
): Promise<number> {
  const path = resolve(workingDirectory, folder);
  const problem = await folderProblem(path);
  if (problem !== undefined) {
    stderr.write(`error: FOLDER ${escapeLine(`'${folder}'`)}: ${problem}\n`);
    return 2;
  }
  try {
    for (const line of await run(path)) stdout.write(`${escapeLine(line)}\n`);
    return 0;
  } catch (error) {
    stderr.write(`error: ${explain(error)}\n`);
    return 1;
  }
}

async function folderProblem(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : 'expected a folder, found a file';
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}
