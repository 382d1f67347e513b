import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { portRefused, urlOf } from '../core/listening.js';
import { type RestOptions, restApp } from './app.js';

export interface RestServerOptions extends RestOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface RestServer {
  readonly url: string;
  /** Settles when all requests that were sent have been answered and all connections are closed. */
  close(): Promise<void>;
  /** Breaks the connections that are still open, answered or not. */
  cut(): void;
}

/** How long requests may be on their way that clients sent before they could know of the end. */
const LINGER_MS = 200;
/** Between looks for connections that have got their answer. */
const SWEEP_MS = 20;

/** Opens the port. Rejects with FAILED_PRECONDITION, naming the setting, when it cannot be had. */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const app = await restApp(options);
  const { server } = app;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const url = await listen(app, options.host, options.port);
  return { url, close: () => closeGently(app, sockets), cut: () => server.closeAllConnections() };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port, listenTextResolver: () => '' });
  } catch (cause) {
    await app.close();
    throw portRefused('http_port', host, port, cause);
  }
  const { port: taken } = app.server.address() as AddressInfo;
  return urlOf(host, taken);
}

/**
 * Loses no request. For a moment everything goes on, but each answer says that its connection ends with it, so that clients
 * come to know. Then nothing more is accepted, and a connection ends when it has its answer; one that never sent anything ends
 * at once.
 */
async function closeGently(app: FastifyInstance, sockets: ReadonlySet<Socket>): Promise<void> {
  const server: Server = app.server;
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.shouldKeepAlive = false;
  });
  if (sockets.size > 0) await delay(LINGER_MS);
  const closed = app.close();
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  }, SWEEP_MS);
  await closed;
  clearInterval(sweep);
}
