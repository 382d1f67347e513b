import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** More than a model has; what comes after these, by name, is not looked at. */
const MAX_FILES = 10_000;

interface FileState {
  readonly path: string;
  readonly state: string;
}

/**
 * Tells, without reading it, whether a file, or any file in a folder, may have been written, replaced (through links as well),
 * added or removed: it is the same text as before if not. What is not there has a state too.
 */
export async function stateOf(path: string): Promise<string> {
  const files = await filesIn(path);
  return files.map(file => `${file.path}|${file.state}`).join('\n');
}

/** SHA-256 of a file, or of the names and contents of all files in a folder. Rejects when one cannot be read. */
export async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await filesIn(path)) {
    hash.update(`${file.path.slice(path.length)}\0`);
    for await (const chunk of createReadStream(file.path)) hash.update(chunk as Buffer);
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** The file itself, or the files at any depth in the folder, by name; without what starts with a dot, and node_modules. */
async function filesIn(path: string): Promise<FileState[]> {
  const files: FileState[] = [];
  const walk = async (at: string, above: readonly string[]) => {
    if (files.length >= MAX_FILES) return;
    const stats = await stat(at, { bigint: true }).catch(() => undefined);
    if (stats === undefined) files.push({ path: at, state: 'not there' });
    else if (stats.isFile()) {
      const { dev, ino, size, mtimeNs, ctimeNs } = stats;
      files.push({ path: at, state: `${dev}:${ino} ${size} ${mtimeNs} ${ctimeNs}` });
    } else if (stats.isDirectory()) {
      const real = await realpath(at);
      if (above.includes(real)) return;
      const names = await readdir(at).catch(() => undefined);
      if (names === undefined) files.push({ path: at, state: 'not readable' });
      for (const name of names?.sort() ?? []) {
        if (!name.startsWith('.') && name !== 'node_modules') await walk(join(at, name), [...above, real]);
      }
    }
  };
  await walk(path, []);
  return files;
}
