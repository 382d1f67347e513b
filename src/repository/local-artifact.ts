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
  if (isRemote(artifact)) {
    if (implementation.kind === 'custom') return artifact;
    const uri = await store.fetch(artifact, sha256);
    return findArtifact({ modelName: name, uri, folder: uri, wellKnownFiles: wellKnownFiles(implementation) });
  }
  if (sha256 !== undefined) await checkSha256(artifact, sha256, name);
  return artifact;
}

async function checkSha256(path: string, expected: string, name: string): Promise<void> {
  const stats = await stat(path);
  const found = stats.isFile() ? `SHA-256 ${(await checksums(path)).sha256}` : 'a folder, which has none';
  if (found === `SHA-256 ${expected}`) return;
  const message = `Model ${name}: the settings say SHA-256 ${expected}, the file is ${found}`;
  throw new ServerError('FAILED_PRECONDITION', message, { httpStatus: 422 });
}
