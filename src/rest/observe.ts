import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.js';
import type { RequestContext } from '../core/context.js';
import { ServerError } from '../core/errors.js';
import { httpStatus } from '../core/status.js';
import type { Logger } from '../logging/logger.js';
import type { RestMetrics } from '../metrics/rest-metrics.js';
import { onceOver } from './answer-end.js';

export interface ObserverOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: RestMetrics;
}

const CLIENT_LEFT = httpStatus(new ServerError('CANCELLED', ''));

/**
 * Counts one request and, in debug mode, logs it, when its connection has the answer or is gone. (fastify's own onResponse hook
 * does not run for clients that leave early.) For those `context` is cancelled; its trace ends with the request.
 */
export function observe(
  request: FastifyRequest,
  reply: FastifyReply,
  route: string | undefined,
  { clock, logger, metrics }: ObserverOptions,
  context?: RequestContext,
): void {
  const started = clock.now();
  const { raw } = reply;
  metrics.started(request.method);
  const ended = () => {
    if (!raw.writableFinished) context?.cancel();
    const status = raw.headersSent ? raw.statusCode : CLIENT_LEFT;
    metrics.finished(request.method, route, status, (clock.now() - started) / 1000);
    context?.trace?.end(status >= 500, { 'http.response.status_code': status });
    if (logger.debugEnabled) {
      logger.debug(`${request.ip} "${request.method} ${request.url}" ${status}`, { requestId: request.id });
    }
  };
  raw.on('timeout', breakUnread);
  onceOver(request.raw, raw, ended);
}

/** Nothing moves on a connection: the answer takes its time, or the client does not take the answer. */
function breakUnread(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}
