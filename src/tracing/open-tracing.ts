import { systemClock } from '../core/clock.js';
import type { Tracing } from '../core/tracing.js';
import type { ServerSettings } from '../settings/server-settings.js';

/** Traces to the collector of the settings; undefined without one. OpenTelemetry is read only then: it takes a while. */
export async function openTracing(
  { tracingServer, serverName, serverVersion }: ServerSettings,
  logger: { warning(message: string): void },
): Promise<Tracing | undefined> {
  if (tracingServer === null) return undefined;
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return new OtlpTracing({
    collector: tracingServer,
    serviceName: serverName,
    serviceVersion: serverVersion,
    clock: systemClock,
    failed: ({ message }) => logger.warning(`tracing_server '${tracingServer}': spans cannot be sent (${message})`),
  });
}
