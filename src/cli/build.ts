import { resolve } from 'node:path';
import { buildImage } from '../image/build-image.js';
import { escapeLine } from '../logging/escape.js';
import { explain } from './explain.js';
import { checkFolder } from './folder.js';
import type { CliHost } from './host.js';

export interface BuildOptions {
  readonly folder: string;
  readonly tag: string;
  readonly noCache: boolean;
}

/** Builds an image. Resolves with the exit code: 0 when it is built, 1 when not, 2 when there is no such folder. */
export async function build(
  { folder, tag, noCache }: BuildOptions,
  { env, stdout, stderr, workingDirectory }: CliHost,
): Promise<number> {
  const path = resolve(workingDirectory, folder);
  const problem = await checkFolder(path);
  if (problem !== undefined) {
    stderr.write(`error: FOLDER ${escapeLine(`'${folder}'`)}: ${problem}\n`);
    return 2;
  }
  try {
    await buildImage({ folder: path, tag, noCache, env, onOutput: text => stderr.write(text) });
    stdout.write(`Successfully built custom Docker image with tag ${escapeLine(tag)}\n`);
    return 0;
  } catch (error) {
    stderr.write(`error: ${explain(error)}\n`);
    return 1;
  }
}
