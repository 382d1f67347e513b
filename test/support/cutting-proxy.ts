import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import type { Lifetime } from './lifetime.js';

/** Passes connections on to a server, and ends them when it is told to. */
export class CuttingProxy {
  /** For each connection still to come: after how many bytes of answers it is cut. */
  readonly cuts: number[] = [];

  private constructor(readonly url: string) {}

  static async start(t: Lifetime, target: string): Promise<CuttingProxy> {
    const { hostname, port } = new URL(target);
    const sockets = new Set<Socket>();
    const server = createServer(client => {
      const upstream = connect(Number(port), hostname);
      let left = Number.POSITIVE_INFINITY;
      client.once('data', () => {
        left = proxy.cuts.shift() ?? left;
      });
      client.pipe(upstream);
      upstream.on('data', chunk => {
        client.write(chunk.subarray(0, Math.max(0, left)));
        left -= chunk.length;
        if (left <= 0) client.end();
      });
      upstream.on('end', () => client.end());
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          client.destroy();
          upstream.destroy();
        });
      }
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const proxy = new CuttingProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return proxy;
  }
}
