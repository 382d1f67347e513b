import type { FastifyReply } from 'fastify';

/** Sends a value as JSON. As bytes: to a text fastify would add a charset, which this type does not have. */
export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(value)));
}
