import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { portRefused, urlOf } from '../core/listening.js';

/** The port of a gRPC server. */
export interface Listener {
  readonly url: string;
  /** Accepts no more connections; those that are open go on. */
  close(): void;
  /** Breaks the connections that are open. */
  cut(): void;
}

/**
 * Opens the port. (grpc-js's own listening does not tell why a port cannot be had, and forgets to break some connections.)
 * Rejects with FAILED_PRECONDITION, naming the setting.
 */
export async function listen(server: Server, host: string, port: number): Promise<Listener> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const acceptor = createServer(socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    injector.injectConnection(socket);
  });
  acceptor.listen(port, host);
  try {
    await once(acceptor, 'listening');
  } catch (cause) {
    throw portRefused('grpc_port', host, port, cause);
  }
  // Raised when a connection cannot be accepted, which is no reason to end the process.
  acceptor.on('error', () => {});
  const { port: taken } = acceptor.address() as AddressInfo;
  return {
    url: urlOf(host, taken),
    close: () => void acceptor.close(),
    cut() {
      acceptor.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
