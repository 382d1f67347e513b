import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ServerError } from '../core/errors.js';

/** SHA-256 of a model's file, in hex. Rejects with INVALID_ARGUMENT when it cannot be read. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ServerError('INVALID_ARGUMENT', `the model file ${path} cannot be read (${code})`, { cause: error });
  }
  return hash.digest('hex');
}
