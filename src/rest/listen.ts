import type { FastifyInstance } from 'fastify';
import { ServerError } from '../core/errors.js';

/** Opens the port and answers the address as a URL. Rejects naming the setting when the port cannot be had. */
export async function listen(app: FastifyInstance, host: string, port: number, setting: string): Promise<string> {
  try {
    await app.listen({ host, port, listenTextResolver: () => '' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
    throw new ServerError('FAILED_PRECONDITION', `${setting}: port ${port} on ${host} ${reason}`, { cause: error });
  }
  const address = app.server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}
