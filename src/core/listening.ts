import { ServerError } from './errors.js';

/** Where clients find what listens on this port. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** FAILED_PRECONDITION: the port that `setting` names cannot be had; `cause` is what Node says of it. */
export function portRefused(setting: string, host: string, port: number, cause: unknown): ServerError {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
  return new ServerError('FAILED_PRECONDITION', `${setting}: port ${port} on ${host} ${reason}`, { cause });
}
