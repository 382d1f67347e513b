import type { Readable } from 'node:stream';
import { ServerError } from '../../core/errors.js';

/** A file in a store, in one state of it. */
export interface RemoteFile {
  /** What the store finds it by. */
  readonly key: string;
  /** Where it lies in the model's folder: relative, with `/`, never upwards. */
  readonly path: string;
  /** Undefined when the store does not say. */
  readonly byteLength?: number;
  /** Another one whenever the content may be: an ETag, a generation. '' when the store tells nothing of the kind. */
  readonly tag: string;
}

/** What a URI names: one file, or all files of a folder. */
export interface RemoteListing {
  readonly files: readonly RemoteFile[];
  readonly isFolder: boolean;
}

export interface RemoteContent {
  readonly bytes: Readable;
  /** The place of the first byte; 0 when the store cannot begin later. */
  readonly start: number;
  /** Of the whole file, in hex, when the store knows it. */
  readonly md5?: string;
}

/** A kind of store. Failures are ServerErrors: UNAVAILABLE for what may go better another time, else what is wrong with the URI. */
export interface RemoteSource {
  find(uri: string, signal: AbortSignal): Promise<RemoteListing>;
  /** The bytes of exactly this state from `start` on. Rejects with RemoteChanged when there is another by now. */
  read(file: RemoteFile, start: number, signal: AbortSignal): Promise<RemoteContent>;
}

/** What was found is not what is there now: find again. */
export class RemoteChanged extends Error {}

const RETRY_AFTER_SECONDS = 30;

/** A URI as messages may show it: without a signature, a password or other secrets. */
export function shownUri(uri: string): string {
  return uri.replace(/[?#].*$/s, '').replace(/^([a-z0-9+.-]+:\/\/)[^/@]*@/i, '$1');
}

/** The file of that name, in MLServer's words and with its status for a URI that leads nowhere. */
export function badUri(uri: string, problem: string, cause?: unknown): ServerError {
  return new ServerError('FAILED_PRECONDITION', `${shownUri(uri)}: ${problem}`, { httpStatus: 422, cause });
}

/** Another time it may go better. */
export function unreachable(uri: string, problem: string, cause?: unknown): ServerError {
  const message = `${shownUri(uri)}: ${problem}`;
  return new ServerError('UNAVAILABLE', message, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });
}

/** The failure that an HTTP status stands for. */
export function failureOfStatus(uri: string, status: number, cause?: unknown): ServerError {
  if (status === 404 || status === 410) return badUri(uri, `there is nothing of that name (${status})`, cause);
  if (status === 401 || status === 403) return badUri(uri, `access is refused (${status})`, cause);
  if (status === 408 || status === 429 || status >= 500) return unreachable(uri, `the store answers ${status}`, cause);
  return badUri(uri, `the store answers ${status}`, cause);
}
