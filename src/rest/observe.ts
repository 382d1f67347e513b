import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../logging/logger.js';
import type { RestMetrics } from '../metrics/rest-metrics.js';

export interface ObserverOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: RestMetrics;
}

/**
 * Counts one request and, in debug mode, logs it, when its connection has the answer or is gone. (fastify's own onResponse hook
 * does not run for clients that leave early.) `left` is called for those.
 */
export function observe(
  request: FastifyRequest,
  reply: FastifyReply,
  route: string | undefined,
  { clock, logger, metrics }: ObserverOptions,
  left?: () => void,
): void {
  const started = clock.now();
  const { raw } = reply;
  metrics.started(request.method);
  raw.once('close', () => {
    if (left !== undefined && !raw.writableFinished) left();
    metrics.finished(request.method, route, raw.statusCode, (clock.now() - started) / 1000);
    if (logger.debugEnabled) {
      logger.debug(`${request.ip} "${request.method} ${request.url}" ${raw.statusCode}`, { requestId: request.id });
    }
  });
}
