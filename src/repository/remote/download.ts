import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerError } from '../../core/errors.js';
import { IdleTimer } from './idle-timer.js';
import { badUri, RemoteChanged, type RemoteFile, type RemoteSource, shownUri, unreachable } from './remote-source.js';

export interface DownloadLimits {
  /** Of all files of one URI together. */
  readonly maxBytes: number;
  /** Without a single byte, or an answer. */
  readonly idleTimeoutMs: number;
  /** Before the second attempt; each further one waits twice as long. */
  readonly retryDelayMs: number;
}

/** In hex. */
export interface Checksums {
  readonly sha256: string;
  readonly md5: string;
}

/** Attempts in a row that bring nothing. */
const MAX_ATTEMPTS = 4;
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM']);

/**
 * Fetches a file to `target`, going on behind what is there of this state already, whoever began it: bytes of one state are the
 * same, so that several may write them. Resolves with the checksums of the whole, which the store's own must match. Rejects with
 * RemoteChanged when the file changes meanwhile, UNAVAILABLE when the store is out of reach (what has come stays then), and
 * RESOURCE_EXHAUSTED for more than the limit or than the disk can take.
 */
export async function download(
  source: RemoteSource,
  file: RemoteFile,
  target: string,
  limits: DownloadLimits,
): Promise<Checksums> {
  const { tag, key } = file;
  await mkdir(dirname(target), { recursive: true });
  if (tag === '' || tag.startsWith('W/')) await rm(target, { force: true });
  await (await open(target, 'a')).close();
  const found = await sizeOf(target);
  const md5 = await fetchAll(source, file, target, limits);
  const sums = await checksums(target);
  if (md5 === undefined || md5 === sums.md5) return sums;
  await rm(target);
  if (found > 0) return download(source, file, target, limits);
  throw badUri(key, `what came has MD5 ${sums.md5}, the store says ${md5}`);
}

export async function checksums(path: string): Promise<Checksums> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  for await (const chunk of createReadStream(path)) {
    sha256.update(chunk as Buffer);
    md5.update(chunk as Buffer);
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}

/** As many attempts as bring something. Resolves with the MD5 that the store told, if it did. */
async function fetchAll(
  source: RemoteSource,
  file: RemoteFile,
  target: string,
  limits: DownloadLimits,
): Promise<string | undefined> {
  const { byteLength = Number.POSITIVE_INFINITY } = file;
  let size = await sizeOf(target);
  let md5: string | undefined;
  for (let attempt = 1; size !== byteLength; ) {
    const before = size;
    try {
      md5 = await fetchRest(source, file, target, size < byteLength ? size : 0, limits);
      if (file.byteLength === undefined) return md5;
      size = await sizeOf(target);
      if (size < byteLength) throw unreachable(file.key, `only ${size} of ${byteLength} bytes came`);
    } catch (error) {
      size = await sizeOf(target);
      attempt = size > before ? 1 : attempt + 1;
      const passing = error instanceof ServerError && error.code === 'UNAVAILABLE';
      if (!passing || attempt > MAX_ATTEMPTS) throw error;
      await delay(limits.retryDelayMs * 2 ** (attempt - 1));
    }
  }
  return md5;
}

/** One attempt, from `from` on, or from the beginning if the store cannot do that. */
async function fetchRest(
  source: RemoteSource,
  file: RemoteFile,
  target: string,
  from: number,
  { maxBytes, idleTimeoutMs }: DownloadLimits,
): Promise<string | undefined> {
  const { key, byteLength = Number.POSITIVE_INFINITY } = file;
  const idle = new IdleTimer(idleTimeoutMs);
  const { bytes, start, md5 } = await idle.guard(key, source.read(file, from, idle.signal));
  idle.signal.addEventListener('abort', () => bytes.destroy(idle.failure(key)), { once: true });
  let output: FileHandle | undefined;
  try {
    output = await open(target, start === 0 ? 'w' : 'r+');
    let at = start;
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      idle.restart();
      if (at + chunk.length > maxBytes) throw tooLarge(key, maxBytes);
      if (at + chunk.length > byteLength)
        throw unreachable(key, `more than the ${byteLength} bytes that were announced`);
      await writeAt(output, chunk, at);
      at += chunk.length;
    }
    return md5;
  } catch (error) {
    throw failureOf(key, error);
  } finally {
    idle.stop();
    bytes.destroy();
    await output?.close();
  }
}

export function tooLarge(uri: string, maxBytes: number): ServerError {
  const message = `${shownUri(uri)}: more than ${maxBytes} bytes (download_max_bytes)`;
  return new ServerError('RESOURCE_EXHAUSTED', message, { httpStatus: 422 });
}

function failureOf(key: string, error: unknown): unknown {
  if (error instanceof ServerError || error instanceof RemoteChanged) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (!NO_ROOM.has(code)) return unreachable(key, `the connection was cut (${message})`, error);
  const text = `${shownUri(key)}: the cache folder cannot take it (${code})`;
  return new ServerError('RESOURCE_EXHAUSTED', text, { httpStatus: 507, cause: error });
}

async function writeAt(output: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await output.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
