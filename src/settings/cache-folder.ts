import { access, constants, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ServerError } from '../core/errors.js';
import type { ServerSettings } from './server-settings.js';

/**
 * The folder for converted models, made when it is not there: `cache_dir` if set, else `.modelyard/cache` in the
 * repository, else (a read-only or missing repository) one of this user in the system's temporary folder.
 */
export async function cacheFolder({
  cacheDir,
  modelRepositoryRoot,
}: Pick<ServerSettings, 'cacheDir' | 'modelRepositoryRoot'>): Promise<string> {
  if (cacheDir !== null) return configuredFolder(cacheDir);
  const folder = (await makeWithin(modelRepositoryRoot, '.modelyard', 'cache')) ?? (await temporaryFolder());
  if (folder !== undefined) return folder;
  const tried = `'${modelRepositoryRoot}' nor '${tmpdir()}'`;
  throw new ServerError('FAILED_PRECONDITION', `neither ${tried} can hold converted models: set 'cache_dir'`);
}

async function configuredFolder(cacheDir: string): Promise<string> {
  const folder = resolve(cacheDir);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return folder;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code;
    throw new ServerError('FAILED_PRECONDITION', `cache_dir '${cacheDir}' cannot be written (${reason})`, { cause });
  }
}

/** Everybody may write to the temporary folder, and whoever writes a converted model decides what it answers. */
async function temporaryFolder(): Promise<string | undefined> {
  const user = process.getuid?.();
  const own = await makeWithin(tmpdir(), `modelyard-${user ?? 'user'}`);
  if (own === undefined) return undefined;
  const stat = await lstat(own);
  const ours = user === undefined || (stat.uid === user && (stat.mode & 0o022) === 0);
  return ours && stat.isDirectory() ? makeWithin(own, 'cache') : undefined;
}

/** `base/name/.../name`, where only `base` must exist; undefined when it cannot be written. */
async function makeWithin(base: string, ...names: string[]): Promise<string | undefined> {
  let folder = base;
  try {
    for (const name of names) {
      folder = join(folder, name);
      await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting);
    }
    await access(folder, constants.W_OK);
    return folder;
  } catch {
    return undefined;
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
