import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ServerError } from '../core/errors.js';
import { shownUri } from './remote/remote-source.js';

const OUTSIDE = 'outside of the model repository';

/** What a model's settings say about its file. */
export interface ArtifactRequest {
  readonly modelName: string;
  /** As written; null or '' for the folder itself. */
  readonly uri: string | null;
  /** Absolute; what a relative uri starts from. */
  readonly folder: string;
  /** Tried in this order when the uri is a folder. */
  readonly wellKnownFiles: readonly string[];
  /** The artifact must lie under this folder, links resolved; undefined: it may lie anywhere, on other machines too. */
  readonly within?: string;
}

/**
 * The file or folder that a model is read from, as an absolute path: what the uri names, or the first well-known file in
 * the folder that it names. A URI with a scheme other than `file:` is given back untouched. Throws a ServerError (HTTP
 * 422, as MLServer's clients know it) when there is nothing of that name, or what is there is no file or folder.
 */
export async function findArtifact(request: ArtifactRequest): Promise<string> {
  const { uri, folder, wellKnownFiles } = request;
  if (uri !== null && isRemote(uri)) {
    if (request.within !== undefined) throw invalidUri(request, shownUri(uri), OUTSIDE);
    return uri;
  }
  const path = resolve(folder, pathOf(request));
  const kind = await kindOf(path, request);
  if (kind === undefined) throw invalidUri(request, path);
  const artifact = kind === 'file' ? path : ((await firstFile(path, wellKnownFiles, request)) ?? path);
  await checkWithin(artifact, request);
  return artifact;
}

/** Whether a uri is neither a path nor a `file:` URI. Two letters at least: `c:\model` is a path. */
export function isRemote(uri: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(uri) && !/^file:/i.test(uri);
}

/** The path in `path`, `file:path`, `file:///path` or `file://localhost/path`. */
function pathOf(request: ArtifactRequest): string {
  const uri = request.uri ?? '';
  let path = uri;
  if (/^file:/i.test(uri)) {
    path = uri.slice('file:'.length).replace(/^\/\/(localhost(?=\/))?/i, '');
    try {
      path = decodeURIComponent(path);
    } catch {
      throw invalidUri(request, uri, 'it is not properly percent-encoded');
    }
  }
  if (path.includes('\0')) throw invalidUri(request, 'a path with NUL');
  return path;
}

async function firstFile(
  folder: string,
  names: readonly string[],
  request: ArtifactRequest,
): Promise<string | undefined> {
  for (const name of names) {
    const path = join(folder, name);
    if ((await kindOf(path, request)) === 'file') return path;
  }
  return undefined;
}

/** What a path leads to, links followed; undefined for nothing. Looking never opens, so that a FIFO cannot hold us up. */
async function kindOf(path: string, request: ArtifactRequest): Promise<'file' | 'folder' | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return 'file';
    if (stats.isDirectory()) return 'folder';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalidUri(request, asWritten(path, request), code === 'ELOOP' ? 'links lead in a circle' : `${code}`);
  }
  throw invalidUri(request, asWritten(path, request), 'neither a file nor a folder');
}

/** Whether what is there lies elsewhere than under the folder, links resolved. */
export async function leadsOut(path: string, folder: string): Promise<boolean> {
  const fromFolder = relative(await realpath(folder), await realpath(path));
  return fromFolder === '..' || fromFolder.startsWith(`..${sep}`) || isAbsolute(fromFolder);
}

async function checkWithin(artifact: string, request: ArtifactRequest): Promise<void> {
  if (request.within === undefined) return;
  if (await leadsOut(artifact, request.within)) throw invalidUri(request, asWritten(artifact, request), OUTSIDE);
}

/** How messages show a path that a client need not learn in full. */
function asWritten(path: string, { uri, folder }: ArtifactRequest): string {
  return uri || relative(folder, path);
}

function invalidUri({ modelName }: ArtifactRequest, uri: string, problem?: string): ServerError {
  const message = `Invalid URI specified for model ${modelName} (${uri})${problem === undefined ? '' : `: ${problem}`}`;
  return new ServerError('FAILED_PRECONDITION', message, { httpStatus: 422 });
}
