import { constants, open } from 'node:fs/promises';
import { SettingsError } from './settings-error.js';

/** More than any settings file needs; keeps a wrong path from filling the memory. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Without this flag, opening a FIFO waits until somebody writes to it. (Windows has neither.) */
const WITHOUT_WAITING = constants.O_NONBLOCK ?? 0;

/**
 * The text of a file, without a byte order mark; undefined when there is no such file. Anything but a regular file of at
 * most 4 MiB of UTF-8 is refused at once. `source` is how errors name it.
 */
export async function readTextFile(path: string, source = path): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | WITHOUT_WAITING);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new SettingsError({ source }, 'a file', 'something else (folder, pipe or device)');
      if (stat.size > MAX_BYTES) throw new SettingsError({ source }, `at most ${MAX_BYTES} bytes`, `${stat.size}`);
      return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new SettingsError({ source }, 'UTF-8 text', 'other bytes');
    throw new SettingsError({ source }, 'a readable file', code ?? String(error));
  }
}
