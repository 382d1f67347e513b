import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InferResponse } from '../core/protocol.js';
import { dataLength, isBytes } from '../core/tensor.js';
import { acceptedCoding, compressor } from './compression.js';
import type { Cors } from './cors.js';
import { inferResponsePieces } from './infer-json.js';

/** Up to so many values, or bytes of texts, an answer is one text: in pieces it would take longer, and its length be unknown. */
const LONG_VALUES = 32_768;
const LONG_BYTES = 1_048_576;

/** Whether making the text of an answer would keep all others waiting. */
export function isLong({ outputs }: InferResponse): boolean {
  let values = 0;
  let bytes = 0;
  for (const { data } of outputs) {
    values += dataLength(data);
    if (isBytes(data)) bytes += data.offsets[data.offsets.length - 1] - data.offsets[0];
  }
  return values > LONG_VALUES || bytes > LONG_BYTES;
}

/** The text of an answer, one piece in a turn of the event loop. */
export async function* piecesInTurns(
  ...asked: Parameters<typeof inferResponsePieces>
): AsyncGenerator<string, undefined> {
  for (const piece of inferResponsePieces(...asked)) {
    yield piece;
    await nextTurn();
  }
}

/** Writes a long answer as the client reads it, in chunks of HTTP. `headers`: names and values in turn. */
export async function sendLong(
  request: FastifyRequest,
  reply: FastifyReply,
  response: InferResponse,
  headers: string[],
  { gzipEnabled, cors }: { readonly gzipEnabled: boolean; readonly cors: Cors | undefined },
): Promise<FastifyReply> {
  const coding = gzipEnabled ? acceptedCoding(request.headers['accept-encoding']) : undefined;
  const vary = gzipEnabled ? ['Accept-Encoding'] : [];
  for (const [name, value] of Object.entries(cors?.headersFor(request) ?? {})) {
    if (name === 'vary') vary.unshift(value);
    else headers.push(name, value);
  }
  if (vary.length > 0) headers.push('vary', vary.join(', '));
  if (coding !== undefined) headers.push('content-encoding', coding);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, headers);
  const pieces = Readable.from(piecesInTurns(response));
  // It fails when the client leaves, which is its own business.
  const written = coding === undefined ? pipeline(pieces, raw) : pipeline(pieces, compressor(coding), raw);
  await written.catch(() => {});
  return reply;
}
