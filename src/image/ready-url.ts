import { urlOf } from '../core/listening.js';
import type { ServerSettings } from '../settings/server-settings.js';

/** Hosts that stand for all addresses, which one of them is asked by. */
const ANY_ADDRESS = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Where a server on this machine tells whether it is ready. */
export function readyUrl({ host, httpPort }: Pick<ServerSettings, 'host' | 'httpPort'>): string {
  const address = ANY_ADDRESS.get(host) ?? host;
  return `${urlOf(address, httpPort)}/v2/health/ready`;
}
