import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { INTERNAL_MESSAGE, toServerError } from '../core/errors.js';
import type { InferResponse } from '../core/protocol.js';
import { encodeInferResponse } from './infer-json.js';
import { askedOf, contextOf, type InferRouteOptions } from './infer-route.js';
import { isLong, piecesInTurns } from './long-answer.js';
import { targetOf } from './target.js';

/**
 * The answers of a model as server-sent events: `data: {answer}` and an empty line each, at once when the model has it. A failure
 * before the first is answered as any other; a later one is the last event, `data: {"error": "..."}`. The model goes on as the
 * client reads, and stops when it leaves.
 */
export function streamRoute(route: string, options: InferRouteOptions) {
  const { dataPlane, cloudEvents, cors, logger } = options;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const context = contextOf(request, reply, route, options);
    const answers = dataPlane.inferStream(context, targetOf(request), askedOf(request));
    let answer = await answers.next();
    const headers = answer.done ? [] : cloudEvents.of(answer.value.modelName, answer.value.id);
    headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache');
    if (context.trace !== undefined) headers.push(...context.trace.headers);
    if (cors !== undefined) headers.push(...Object.entries(cors.headersFor(request)).flat());
    const { raw } = reply;
    reply.hijack();
    raw.writeHead(200, headers);
    try {
      for (; !answer.done; answer = await answers.next()) {
        await sendEvent(raw, answer.value);
      }
    } catch (error) {
      const known = toServerError(error);
      if (known.cause !== undefined) {
        logger.error(`${request.method} ${request.url}: ${known.message}`, {
          requestId: request.id,
          error: known.cause,
        });
      }
      const message = known === error ? known.message : INTERNAL_MESSAGE;
      await send(raw, `data: ${JSON.stringify({ error: message })}\n\n`);
    }
    raw.end();
    return reply;
  };
}

async function sendEvent(raw: ServerResponse, response: InferResponse): Promise<void> {
  if (!isLong(response)) return send(raw, `data: ${encodeInferResponse(response)}\n\n`);
  await send(raw, 'data: ');
  for await (const piece of piecesInTurns(response)) await send(raw, piece);
  await send(raw, '\n\n');
}

/** Settles when the connection can take more, or is gone. */
async function send(raw: ServerResponse, text: string): Promise<void> {
  if (raw.destroyed || raw.write(text)) return;
  await new Promise<void>(resolve => {
    const done = () => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.on('drain', done);
    raw.on('close', done);
  });
}
