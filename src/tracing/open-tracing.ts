import { systemClock } from '../core/clock.js';
import { ServerError } from '../core/errors.js';
import type { Tracing } from '../core/tracing.js';
import type { ServerSettings } from '../settings/server-settings.js';

/**
 * Traces to the collector of the settings; undefined without one. OpenTelemetry is read only then: it takes a while. Throws
 * FAILED_PRECONDITION for an address that is none.
 */
export async function openTracing(
  { tracingServer, serverName, serverVersion }: ServerSettings,
  logger: { warning(message: string): void },
): Promise<Tracing | undefined> {
  if (tracingServer === null) return undefined;
  const collector = /^https?:\/\//i.test(tracingServer) ? tracingServer : `http://${tracingServer}`;
  if (!URL.canParse(collector)) {
    throw new ServerError('FAILED_PRECONDITION', `tracing_server: expected host:port, got '${tracingServer}'`);
  }
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return new OtlpTracing({
    collector,
    serviceName: serverName,
    serviceVersion: serverVersion,
    clock: systemClock,
    failed: ({ message }) => logger.warning(`tracing_server '${tracingServer}': spans cannot be sent (${message})`),
  });
}
