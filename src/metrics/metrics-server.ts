import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { portRefused, urlOf } from '../core/listening.js';

export interface MetricsServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The path of the metrics; a '/' in front may be left out. */
  readonly endpoint: string;
  readonly registry: Registry;
}

export interface MetricsServer {
  /** Where the metrics are. */
  readonly url: string;
  /** Ends after running scrapes. */
  close(): Promise<void>;
}

/** A running scrape has this long to end when the server closes. */
const CLOSE_GRACE_MS = 1000;

/** Serves the text that Prometheus reads, and nothing else. Rejects with FAILED_PRECONDITION when it cannot listen. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host, port, registry } = options;
  const endpoint = options.endpoint.startsWith('/') ? options.endpoint : `/${options.endpoint}`;
  const server = createServer((request, response) => void answer(registry, endpoint, request, response));
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw portRefused('metrics_port', host, port, cause);
  }
  // Raised when a connection cannot be accepted, which is no reason to end the process.
  server.on('error', () => {});
  const { port: taken } = server.address() as AddressInfo;
  return { url: `${urlOf(host, taken)}${endpoint}`, close: () => close(server) };
}

async function answer(
  registry: Registry,
  endpoint: string,
  { url, method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = url!.split('?', 1)[0];
  if (path === `${endpoint}/`) return send(response, 307, '', { Location: endpoint });
  if (path !== endpoint) return send(response, 404, 'Not Found\n');
  if (method !== 'GET' && method !== 'HEAD') return send(response, 405, 'Method Not Allowed\n', { Allow: 'GET, HEAD' });
  try {
    send(response, 200, await registry.metrics(), { 'Content-Type': registry.contentType });
  } catch (error) {
    send(response, 500, `Metrics could not be read: ${error instanceof Error ? error.message : error}\n`);
  }
}

/**
 * Node leaves the body out of an answer to HEAD. Scrapes come seconds apart: a connection kept between them would gain nothing
 * and stand in the way of a stop.
 */
function send(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.byteLength,
    Connection: 'close',
    ...headers,
  });
  response.end(body);
}

async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise(resolve => server.close(resolve));
  clearTimeout(cut);
}
