import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { createDeflate, createGzip, deflate, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { weightOf } from './content-type.js';

/** Smaller answers are not worth it; MLServer's bound. */
export const COMPRESS_FROM_BYTES = 500;
/** Nearly as small as the best level on JSON of numbers, in a quarter of the time. */
const GZIP_LEVEL = 4;

export type Coding = 'gzip' | 'deflate';

const COMPRESS = { gzip: promisify(gzip), deflate: promisify(deflate) };
const STREAMS = { gzip: createGzip, deflate: createDeflate };

/** What a client wants answers compressed with: the coding of the greater weight, gzip where that is equal or anything will do. */
export function acceptedCoding(header: string | string[] | undefined): Coding | undefined {
  if (header === undefined) return undefined;
  const weights = new Map<string, number>();
  for (const item of header.toString().toLowerCase().split(',')) {
    const [name, ...parameters] = item.split(';').map(part => part.trim());
    weights.set(name, weightOf(parameters));
  }
  const ofGzip = weights.get('gzip') ?? weights.get('*') ?? 0;
  const ofDeflate = weights.get('deflate') ?? 0;
  if (ofGzip === 0 && ofDeflate === 0) return undefined;
  return ofGzip >= ofDeflate ? 'gzip' : 'deflate';
}

/** Compresses what is written to it. */
export function compressor(coding: Coding): Transform {
  return STREAMS[coding]({ level: GZIP_LEVEL });
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
  const coding = acceptedCoding(request.headers['accept-encoding']);
  if (coding === undefined) return reply.send(bytes);
  const packed = await COMPRESS[coding](bytes, { level: GZIP_LEVEL });
  return reply.header('content-encoding', coding).send(packed);
}
