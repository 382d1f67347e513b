import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from '../core/errors.js';
import { Environment } from '../settings/env.js';
import { packageVersion } from '../settings/package-version.js';
import { readServerSettings } from '../settings/server-settings.js';
import { DOCKERIGNORE, dockerfile, MARK, type PackageSource } from './dockerfile.js';
import { packageSource } from './package-source.js';

export interface WriteDockerfileOptions {
  /** With the models: the image's build context. */
  readonly folder: string;
  /** Where the files go. */
  readonly target: string;
  /** The name under which the builder sees `target`, where that is not the build context. */
  readonly context?: string;
  /** Even where the folder has a .dockerignore of its own, over which this one wins. */
  readonly includeDockerignore?: boolean;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Writes what an image of a folder is built from, and resolves with the files' names in `target`. Throws ALREADY_EXISTS instead of
 * writing over a Dockerfile that Modelyard has not written, and a SettingsError when settings.json is none.
 */
export async function writeDockerfile(options: WriteDockerfileOptions): Promise<string[]> {
  const { folder, target, context, includeDockerignore, env } = options;
  const { settings } = await readServerSettings(folder, new Environment({}));
  const path = join(target, 'Dockerfile');
  const present = await textOf(path);
  if (present !== undefined && !present.startsWith(MARK)) {
    throw new ServerError('ALREADY_EXISTS', `${path} was not written by modelyard: remove it to have one written`);
  }
  const packed = await packageSource(target, env);
  const source: PackageSource = packed.kind === 'tarball' ? { ...packed, context } : packed;
  const { httpPort, grpcPort, metricsPort, metricsEndpoint } = settings;
  const ports = [httpPort, grpcPort, ...(metricsEndpoint ? [metricsPort] : [])].filter(port => port !== 0);
  await writeFile(path, dockerfile({ version: packageVersion, source, ports: [...new Set(ports)] }));
  const written = ['Dockerfile', ...(source.kind === 'tarball' ? [source.file] : [])];
  const ignored = `${path}.dockerignore`;
  if (includeDockerignore || (await textOf(join(folder, '.dockerignore'))) === undefined) {
    await writeFile(ignored, DOCKERIGNORE);
    written.push('Dockerfile.dockerignore');
  } else if ((await textOf(ignored)) === DOCKERIGNORE) {
    await rm(ignored);
  }
  return written;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
