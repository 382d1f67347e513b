import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { ServerError } from '../core/errors.js';

export type BodyDone = (error: Error | null, body?: Buffer) => void;

/**
 * Collects a request's body, inflated if it came compressed. The limit counts what has to be kept, so that a small body that
 * inflates to a large one is refused like a large one; nothing is read on after that.
 */
export function collectBody(request: IncomingMessage, limitBytes: number, done: BodyDone): void {
  const declared = Number(request.headers['content-length']);
  if (declared > limitBytes) return refuse(request, tooLarge(limitBytes), done);
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return collect(request, request, limitBytes, done);
  const inflate = encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined;
  if (inflate === undefined) {
    const text = `content-encoding: expected gzip, deflate or identity, got '${encoding}'`;
    return refuse(request, new ServerError('UNPROCESSABLE', text), done);
  }
  inflate.on('error', cause => {
    refuse(request, new ServerError('INVALID_ARGUMENT', `the body is not valid ${encoding}`, { cause }), done);
  });
  collect(request, request.pipe(inflate), limitBytes, done);
}

function collect(request: IncomingMessage, source: Readable, limitBytes: number, done: BodyDone): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let length = 0;
  let finished = false;
  const finish: BodyDone = (error, body) => {
    if (finished) return;
    finished = true;
    done(error, body);
  };
  source.on('data', (chunk: Buffer) => {
    if (finished) return;
    length += chunk.byteLength;
    if (length > limitBytes) {
      first = undefined;
      more = undefined;
      if (source !== request) source.destroy();
      return refuse(request, tooLarge(limitBytes), finish);
    }
    if (first === undefined) first = chunk;
    else if (more === undefined) more = [first, chunk];
    else more.push(chunk);
  });
  source.on('end', () => finish(null, more === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(more, length)));
  request.on('error', cause => {
    finish(new ServerError('CANCELLED', 'the client went away before the body had arrived', { cause }));
  });
}

/** The rest of the body is dropped, not kept: the answer closes the connection. */
function refuse(request: IncomingMessage, error: ServerError, done: BodyDone): void {
  request.unpipe();
  request.resume();
  done(error);
}

function tooLarge(limitBytes: number): ServerError {
  return new ServerError('PAYLOAD_TOO_LARGE', `the body is larger than ${limitBytes} bytes (max_body_bytes)`);
}
