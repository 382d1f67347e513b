import { createHash } from 'node:crypto';
import type { ModelSpec } from '../settings/model-spec.js';
import { isRemote } from './artifact.js';
import { contentHash, stateOf } from './file-state.js';
import type { RemoteStates } from './remote/remote-states.js';

/** Tells versions apart by their settings and the files they are made of. */
export class VersionStates {
  /** Contents by path, with the state in which they were read: what was not written since is not read again. */
  private readonly hashes = new Map<string, { readonly state: string; readonly hash: string }>();

  constructor(private readonly remote: Pick<RemoteStates, 'stateOf'>) {}

  /** Differs when the settings do, or any file may; nothing is read. */
  async state(spec: ModelSpec): Promise<string> {
    const states = await Promise.all(partsOf(spec).map(part => this.stateOf(part)));
    return JSON.stringify([settingsOf(spec), states]);
  }

  /** Differs when the settings or any content does. Rejects when a file cannot be read. */
  async fingerprint(spec: ModelSpec): Promise<string> {
    const hashes = await Promise.all(partsOf(spec).map(path => this.hashOf(path)));
    return createHash('sha256')
      .update(JSON.stringify([settingsOf(spec), hashes]))
      .digest('hex');
  }

  private stateOf(part: string): Promise<string> {
    return isRemote(part) ? this.remote.stateOf(part) : stateOf(part);
  }

  private async hashOf(path: string): Promise<string> {
    if (isRemote(path)) return this.remote.stateOf(path);
    const state = await stateOf(path);
    const known = this.hashes.get(path);
    if (known?.state === state) return known.hash;
    const hash = await contentHash(path);
    this.hashes.set(path, { state, hash });
    return hash;
  }
}

/** A class is loaded from the folder it stands in; what else lies there may be part of it. What its URI means it knows alone. */
function partsOf({ artifact, folder, implementation }: ModelSpec): string[] {
  if (implementation.kind !== 'custom') return [artifact];
  return folder === artifact || isRemote(artifact) ? [folder] : [artifact, folder];
}

function settingsOf({ name, version, settings, folder, artifact }: ModelSpec): unknown {
  return [name, version, settings, folder, artifact];
}
