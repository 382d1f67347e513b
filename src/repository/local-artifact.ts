import { stat } from 'node:fs/promises';
import { ServerError } from '../core/errors.js';
import { wellKnownFiles } from '../settings/implementations.js';
import type { ModelSpec } from '../settings/model-spec.js';
import { findArtifact, isRemote } from './artifact.js';
import { checksums } from './remote/download.js';
import type { RemoteStore } from './remote/remote-store.js';

/**
 * The model's file or folder on this machine, fetched if need be, with the checksum that the settings ask for. What serves a URI
 * with a class of its own gets it as it is written, as MLServer's runtimes do.
 */
export async function localArtifact(spec: ModelSpec, store: Pick<RemoteStore, 'fetch'>): Promise<string> {
  const { name, artifact, implementation, settings } = spec;
  const sha256 = settings.parameters.sha256 ?? undefined;
  const names = wellKnownFiles(implementation);
  let path = artifact;
  if (isRemote(artifact)) {
    if (implementation.kind === 'custom') return artifact;
    const uri = await store.fetch(artifact, sha256);
    path = await findArtifact({ modelName: name, uri, folder: uri, wellKnownFiles: names });
  } else if (sha256 !== undefined) await checkSha256(artifact, sha256, name);
  await checkHoldsFile(path, names);
  return path;
}

/** A folder is left when none of the files were found in it that the implementation reads. */
async function checkHoldsFile(path: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  // What cannot be looked at is reported by who reads it.
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) {
    throw new ServerError('INVALID_ARGUMENT', `the folder ${path} holds none of ${names.join(', ')}`);
  }
}

async function checkSha256(path: string, expected: string, name: string): Promise<void> {
  const stats = await stat(path);
  const found = stats.isFile() ? `SHA-256 ${(await checksums(path)).sha256}` : 'a folder, which has none';
  if (found === `SHA-256 ${expected}`) return;
  const message = `Model ${name}: the settings say SHA-256 ${expected}, the file is ${found}`;
  throw new ServerError('FAILED_PRECONDITION', message, { httpStatus: 422 });
}
