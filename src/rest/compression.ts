import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Smaller answers are not worth it; MLServer's bound. */
export const COMPRESS_FROM_BYTES = 500;
/** Nearly as small as the best level on JSON of numbers, in a quarter of the time. */
export const GZIP_LEVEL = 4;

const compress = promisify(gzip);

/** Whether a client takes gzip: named, or meant by *, and not with a weight of 0. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  if (header === undefined) return false;
  for (const item of header.toString().split(',')) {
    const [name, ...parameters] = item.split(';').map(part => part.trim().toLowerCase());
    if (name === 'gzip' || name === '*') return !parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter));
  }
  return false;
}

/** Names and values in turn. */
export function addHeaders(reply: FastifyReply, headers: readonly string[]): void {
  for (let i = 0; i < headers.length; i += 2) reply.header(headers[i], headers[i + 1]);
}

/** Sends a body, compressed when it may be, is long enough and the client takes it. `headers`: names and values in turn. */
export async function sendCompressible(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string | Buffer,
  headers: readonly string[],
  gzipEnabled: boolean,
): Promise<FastifyReply> {
  addHeaders(reply, headers);
  // To a text fastify would add a charset.
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (!gzipEnabled || bytes.length < COMPRESS_FROM_BYTES) return reply.send(bytes);
  const vary = reply.getHeader('vary');
  reply.header('vary', vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`);
  if (!acceptsGzip(request.headers['accept-encoding'])) return reply.send(bytes);
  const packed = await compress(bytes, { level: GZIP_LEVEL });
  return reply.header('content-encoding', 'gzip').send(packed);
}
