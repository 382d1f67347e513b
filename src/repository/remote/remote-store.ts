import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerError, toServerError } from '../../core/errors.js';
import { checksums, type DownloadLimits, download, tooLarge } from './download.js';
import { IdleTimer } from './idle-timer.js';
import { badUri, RemoteChanged, type RemoteListing, type RemoteSource, shownUri } from './remote-source.js';

export interface RemoteStoreOptions extends DownloadLimits {
  /** Where files are kept from one start to the next. */
  readonly folder: string;
  /** By scheme, in lower case; opened when first needed. */
  readonly sources: ReadonlyMap<string, () => Promise<RemoteSource>>;
  /** Is told when something older is served because the store is out of reach. */
  readonly warn: (message: string) => void;
}

/** What was fetched, written last: a folder without it is not complete. */
interface Manifest {
  readonly isFolder: boolean;
  readonly files: readonly { readonly path: string; readonly byteLength: number; readonly sha256: string }[];
}

const MANIFEST = 'manifest.json';
const PARTIAL = '.part';
const FIND_ATTEMPTS = 3;
/** How often a file may change while it is fetched before that is an error. */
const MAX_CHANGES = 3;
/** States of one URI that are kept: what serves, what was tried since, and what is fetched now. */
const KEPT_STATES = 3;

/**
 * Models that are kept elsewhere, as files in a cache:
 *
 *     <folder>/<hash of the URI>/<hash of names, lengths and tags>/manifest.json
 *                                                                 /content/model.joblib ...
 *     <folder>/<hash of the URI>/<...>.part/content/...            under way, or to be gone on with
 *
 * Each state of a URI is fetched once, however many ask, and becomes visible by one rename. Checksums are compared when it comes, and
 * again whenever it is taken from the cache.
 */
export class RemoteStore {
  private readonly underWay = new Map<string, Promise<string>>();
  private readonly opened = new Map<string, Promise<RemoteSource>>();

  constructor(private readonly options: RemoteStoreOptions) {}

  /**
   * The file or folder that a URI names, on this machine. `sha256` is what the file must have. Rejects with a ServerError; when only
   * the store is out of reach, the state that it was last heard of in is taken instead, if that was fetched.
   */
  fetch(uri: string, sha256?: string): Promise<string> {
    const key = JSON.stringify([uri, sha256]);
    const known = this.underWay.get(key);
    if (known !== undefined) return known;
    const fetched = this.fetchOnce(uri, sha256).finally(() => this.underWay.delete(key));
    this.underWay.set(key, fetched);
    return fetched;
  }

  /** Differs when what the URI names has changed, as far as its store tells. */
  async stateOf(uri: string): Promise<string> {
    const stamp = stampOf(await this.find(uri), '');
    await touch(join(this.options.folder, hashOf(uri), stamp));
    return stamp;
  }

  private async fetchOnce(uri: string, sha256: string | undefined): Promise<string> {
    checkScheme(uri, sha256);
    const folder = join(this.options.folder, hashOf(uri));
    if (sha256 !== undefined) {
      const pinned = await this.cached(folder, sha256);
      if (pinned !== undefined) return pinned;
    }
    for (let changes = 0; ; changes++) {
      try {
        return await this.fetchNow(uri, folder, sha256);
      } catch (error) {
        if (error instanceof RemoteChanged) {
          if (changes < MAX_CHANGES) continue;
          throw badUri(uri, 'it changes faster than it can be fetched');
        }
        const cached = toServerError(error).code === 'UNAVAILABLE' ? await this.cached(folder, sha256) : undefined;
        if (cached === undefined) throw error;
        this.options.warn(`${toServerError(error).message}; what was fetched before is served`);
        return cached;
      }
    }
  }

  private async fetchNow(uri: string, folder: string, sha256: string | undefined): Promise<string> {
    const listing = await this.find(uri);
    if (listing.isFolder && sha256 !== undefined) throw badUri(uri, "'sha256' is for one file, and this is a folder");
    // Without tags nobody can tell whether it is the same: then it is another one every time.
    const target = join(folder, stampOf(listing, randomUUID()));
    const there = await complete(target);
    if (there !== undefined) {
      // It may have been fetched when the settings did not say what it must be.
      checkSha256(uri, (await readManifest(target))?.files[0].sha256, sha256);
      return there;
    }
    await this.download(uri, listing, target, sha256);
    await forgetOlder(folder);
    return (
      (await complete(target)) ??
      Promise.reject(new ServerError('INTERNAL', `${shownUri(uri)} did not stay in the cache`))
    );
  }

  private async find(uri: string): Promise<RemoteListing> {
    const source = await this.sourceOf(uri);
    for (let attempt = 1; ; attempt++) {
      const idle = new IdleTimer(this.options.idleTimeoutMs);
      try {
        return await idle.guard(uri, source.find(uri, idle.signal));
      } catch (error) {
        if (toServerError(error).code !== 'UNAVAILABLE' || attempt === FIND_ATTEMPTS) throw error;
        await delay(this.options.retryDelayMs * 2 ** (attempt - 1));
      } finally {
        idle.stop();
      }
    }
  }

  private async download(
    uri: string,
    { files, isFolder }: RemoteListing,
    target: string,
    sha256: string | undefined,
  ): Promise<void> {
    const { maxBytes } = this.options;
    const total = files.reduce((sum, { byteLength = 0 }) => sum + byteLength, 0);
    if (total > maxBytes) throw tooLarge(uri, maxBytes);
    const source = await this.sourceOf(uri);
    const partial = target + PARTIAL;
    try {
      const fetched: Manifest['files'][number][] = [];
      for (const file of files) {
        const path = join(partial, 'content', file.path);
        const sums = await download(source, file, path, this.options);
        checkSha256(uri, sums.sha256, sha256);
        fetched.push({ path: file.path, byteLength: (await stat(path)).size, sha256: sums.sha256 });
      }
      await writeFile(join(partial, MANIFEST), JSON.stringify({ isFolder, files: fetched } satisfies Manifest));
      await rename(partial, target).catch(ignoreExisting);
    } catch (error) {
      // What can be gone on with stays.
      const again = error instanceof ServerError && error.code === 'UNAVAILABLE';
      if (!again) await rm(partial, { recursive: true, force: true });
      throw error;
    }
  }

  /** The newest state in the cache, or the one with that file. */
  private async cached(folder: string, sha256: string | undefined): Promise<string | undefined> {
    for (const state of await statesIn(folder)) {
      const manifest = await readManifest(state);
      if (sha256 !== undefined && manifest?.files[0]?.sha256 !== sha256) continue;
      const path = await complete(state);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  private sourceOf(uri: string): Promise<RemoteSource> {
    const scheme = schemeOf(uri);
    const open = this.options.sources.get(scheme);
    if (open === undefined) {
      const known = [...this.options.sources.keys()].join(', ');
      throw badUri(uri, `models can be had from ${known} and file, not from '${scheme}'`);
    }
    let source = this.opened.get(scheme);
    if (source === undefined) {
      source = open();
      source.catch(() => this.opened.delete(scheme));
      this.opened.set(scheme, source);
    }
    return source;
  }
}

function schemeOf(uri: string): string {
  return uri.slice(0, uri.indexOf(':')).toLowerCase();
}

/** Whoever is on the way could put another model in the place of one that comes over http. */
function checkScheme(uri: string, sha256: string | undefined): void {
  if (schemeOf(uri) !== 'http' || sha256 !== undefined) return;
  throw badUri(uri, "http is only for files whose 'sha256' stands in the settings; use https");
}

function checkSha256(uri: string, found: string | undefined, expected: string | undefined): void {
  if (expected === undefined || found === expected) return;
  throw badUri(uri, `the file has SHA-256 ${found}, the settings say ${expected}`);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function stampOf({ files, isFolder }: RemoteListing, untagged: string): string {
  const states = files.map(({ path, byteLength, tag }) => [path, byteLength, tag || untagged]);
  return hashOf(JSON.stringify([isFolder, states]));
}

/** The file or folder of a state in the cache, if it is as it was fetched; removed if not. */
async function complete(state: string): Promise<string | undefined> {
  const manifest = await readManifest(state);
  if (manifest === undefined) return undefined;
  const content = join(state, 'content');
  for (const { path, byteLength, sha256 } of manifest.files) {
    const file = join(content, path);
    const stats = await stat(file).catch(() => undefined);
    const same = stats?.size === byteLength && (await checksums(file)).sha256 === sha256;
    if (same) continue;
    await rm(state, { recursive: true, force: true });
    return undefined;
  }
  await touch(state);
  return manifest.isFolder ? content : join(content, manifest.files[0].path);
}

/** Notes that this is the state that the store was last heard of in, if it is there. */
async function touch(state: string): Promise<void> {
  const now = new Date();
  await utimes(join(state, MANIFEST), now, now).catch(() => {});
}

async function readManifest(state: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(state, MANIFEST), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** Complete states of a URI, the one last heard of first. */
async function statesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const states: { path: string; heardOf: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const stats = name.endsWith(PARTIAL) ? undefined : await stat(join(path, MANIFEST)).catch(() => undefined);
    if (stats !== undefined) states.push({ path, heardOf: stats.mtimeMs });
  }
  return states.sort((a, b) => b.heardOf - a.heardOf).map(({ path }) => path);
}

/** Removes what nobody can need any more, of states and of downloads that were given up. */
async function forgetOlder(folder: string): Promise<void> {
  const kept = (await statesIn(folder)).slice(0, KEPT_STATES);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!kept.includes(path)) await rm(path, { recursive: true, force: true });
  }
}

/** Another process was quicker, with the same bytes. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error;
}
