import { createHash } from 'node:crypto';
import { ServerError } from './errors.js';

/**
 * Throws ABORTED unless the bytes of a file are still those whose SHA-256 (in hex) was taken: all replicas of a model have to be
 * made of the same bytes, whatever happens to the file meanwhile.
 */
export function checkContent(bytes: Uint8Array, sha256: string): void {
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw new ServerError('ABORTED', 'the file was changed while it was loaded');
}
