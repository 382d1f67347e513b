import { resolve } from 'node:path';
import { writeDockerfile } from '../image/write-dockerfile.js';
import { escapeLine } from '../logging/escape.js';
import { explain } from './explain.js';
import { checkFolder } from './folder.js';
import type { CliHost } from './host.js';

export interface DockerfileOptions {
  readonly folder: string;
  readonly includeDockerignore?: boolean;
}

/** Writes a Dockerfile. Resolves with the exit code: 0 when it is written, 1 when not, 2 when there is no such folder. */
export async function dockerfile(
  { folder, includeDockerignore }: DockerfileOptions,
  { env, stdout, stderr, workingDirectory }: CliHost,
): Promise<number> {
  const path = resolve(workingDirectory, folder);
  const problem = await checkFolder(path);
  if (problem !== undefined) {
    stderr.write(`error: FOLDER ${escapeLine(`'${folder}'`)}: ${problem}\n`);
    return 2;
  }
  try {
    const written = await writeDockerfile({ folder: path, target: path, includeDockerignore, env });
    stdout.write(`Successfully written ${written.map(escapeLine).join(', ')} in ${escapeLine(folder)}\n`);
    stdout.write(`Build it:  docker build -t NAME ${escapeLine(folder)}\n`);
    return 0;
  } catch (error) {
    stderr.write(`error: ${explain(error)}\n`);
    return 1;
  }
}
