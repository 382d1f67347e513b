import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { ServerError } from '../core/errors.js';
import { isJsonType, notJson } from './content-type.js';

/** A chunk takes some hundred bytes beside its own, of which a client may send one: as many are made one. */
const MAX_CHUNKS = 1024;

export type BodyDone = (error: Error | null, body?: Buffer) => void;

/** The body of a request that says it is JSON, or says nothing. */
export function readBody(request: FastifyRequest, limitBytes: number, done: BodyDone): void {
  readBodyOf(isJsonType, request, limitBytes, done);
}

/** The body of a request whose content type is one that `isTaken`. */
export function readBodyOf(
  isTaken: (contentType: string | undefined) => boolean,
  { raw }: FastifyRequest,
  limitBytes: number,
  done: BodyDone,
): void {
  const { 'content-type': contentType } = raw.headers;
  if (isTaken(contentType)) collectBody(raw, limitBytes, done);
  else done(notJson(contentType));
}

/**
 * Collects a request's body, inflated if it came compressed. The limit counts what has to be kept, so that a small body that
 * inflates to a large one is refused like a large one; nothing is kept after that. Calls `done` once.
 */
export function collectBody(request: IncomingMessage, limitBytes: number, done: BodyDone): void {
  const { 'content-length': declared } = request.headers;
  const encoding = request.headers['content-encoding']?.toLowerCase();
  if (Number(declared) > limitBytes) return refuse(request, request, tooLarge(limitBytes), done);
  if (encoding === undefined || encoding === 'identity') return collect(request, request, limitBytes, done);
  const inflate =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : undefined;
  if (inflate === undefined) {
    const text = `content-encoding: expected gzip, deflate or identity, got '${encoding}'`;
    return refuse(request, request, new ServerError('UNPROCESSABLE', text), done);
  }
  collect(request, request.pipe(inflate), limitBytes, done);
}

/** `source` is the request, or what inflates it. */
function collect(request: IncomingMessage, source: Readable, limitBytes: number, done: BodyDone): void {
  /** What came, the end of it still in the chunks that it came in. */
  const parts: Buffer[] = [];
  let chunks: Buffer[] = [];
  let length = 0;
  let finished = false;
  const fail = (error: ServerError) => {
    if (finished) return;
    finished = true;
    parts.length = chunks.length = 0;
    refuse(request, source, error, done);
  };
  source.on('data', (chunk: Buffer) => {
    if (finished) return;
    length += chunk.byteLength;
    if (length > limitBytes) return fail(tooLarge(limitBytes));
    chunks.push(chunk);
    if (chunks.length < MAX_CHUNKS) return;
    parts.push(Buffer.concat(chunks));
    chunks = [];
  });
  source.on('end', () => {
    if (finished) return;
    finished = true;
    parts.push(...chunks);
    done(null, parts.length === 1 ? parts[0] : Buffer.concat(parts, length));
  });
  if (source !== request) {
    const encoding = request.headers['content-encoding'];
    source.on('error', cause =>
      fail(new ServerError('INVALID_ARGUMENT', `the body is not valid ${encoding}`, { cause })),
    );
  }
  request.on('error', cause => {
    fail(new ServerError('CANCELLED', 'the client went away before the body had arrived', { cause }));
  });
}

/** The rest of the body is dropped, not kept: the answer closes the connection. */
function refuse(request: IncomingMessage, source: Readable, error: ServerError, done: BodyDone): void {
  request.unpipe();
  request.resume();
  if (source !== request) source.destroy();
  done(error);
}

function tooLarge(limitBytes: number): ServerError {
  return new ServerError('PAYLOAD_TOO_LARGE', `the body is larger than ${limitBytes} bytes (max_body_bytes)`);
}
