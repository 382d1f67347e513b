import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { ServerError } from '../core/errors.js';

export const MODEL_SETTINGS_FILE = 'model-settings.json';
/** A folder that holds such a file and no settings is a model all the same; this one, where it holds several. */
const BARE_MODEL = /\.onnx$/i;
const CHOSEN_MODEL_FILE = 'model.onnx';

/** More folders than any repository has; links may multiply a few into very many. */
const MAX_FOLDERS = 100_000;

export interface ScanResult {
  /** Absolute paths of all model-settings.json, a folder's own before those of its sub-folders, by name. */
  readonly files: readonly string[];
  /** Absolute paths of ONNX files, one of a folder, in folders directly under the root that hold no model-settings.json at any depth. */
  readonly bareModels: readonly string[];
  /** Folders that could not be read. */
  readonly unreadable: readonly { readonly path: string; readonly error: ServerError }[];
}

/**
 * Finds every model-settings.json under `root` at any depth, through links as well, but not in folders whose name starts
 * with a dot, nor in node_modules; also the ONNX models that stand without one. A root that does not exist holds none.
 */
export async function scan(root: string): Promise<ScanResult> {
  const files: string[] = [];
  const onnxFiles = new Map<string, string[]>();
  const unreadable: { path: string; error: ServerError }[] = [];
  let folders = 0;

  /**
   * `above`: the real paths of the folders that lead here, so that a link back to one of them ends the walk. `known`: the folder's
   * own, where it need not be asked for.
   */
  async function walk(folder: string, above: readonly string[], known?: string): Promise<void> {
    if (++folders > MAX_FOLDERS) {
      throw new ServerError('RESOURCE_EXHAUSTED', `more than ${MAX_FOLDERS} folders in the model repository`);
    }
    const real = known ?? (await realpath(folder));
    if (above.includes(real)) return;
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const subFolders: [path: string, real?: string][] = [];
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.name === MODEL_SETTINGS_FILE) files.push(path);
      else if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      else if (entry.isDirectory()) subFolders.push([path, join(real, entry.name)]);
      else if (BARE_MODEL.test(entry.name) && above.length === 1) {
        onnxFiles.set(folder, [...(onnxFiles.get(folder) ?? []), path]);
      } else if (entry.isSymbolicLink() && (await leadsToFolder(path))) subFolders.push([path]);
    }
    for (const [path, realPath] of subFolders) await tryWalk(path, [...above, real], realPath);
  }

  async function tryWalk(folder: string, above: readonly string[], known?: string): Promise<void> {
    try {
      await walk(folder, above, known);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      // Not there, or gone since its parent was read.
      if (code === 'ENOENT') return;
      if (thrown instanceof ServerError) throw thrown;
      const error = new ServerError('FAILED_PRECONDITION', `the folder cannot be read (${code})`, { cause: thrown });
      unreadable.push({ path: folder, error });
    }
  }

  await tryWalk(root, []);
  const bareModels: string[] = [];
  for (const [folder, models] of onnxFiles) {
    const chosen = models.length === 1 ? models[0] : models.find(path => basename(path) === CHOSEN_MODEL_FILE);
    if (chosen !== undefined && !files.some(file => file.startsWith(folder + sep))) bareModels.push(chosen);
  }
  return { files, bareModels, unreadable };
}

async function leadsToFolder(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isDirectory();
  } catch {
    return false;
  }
}
