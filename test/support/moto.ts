import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Lifetime } from './lifetime.js';

/** Where scripts/moto.sh puts it. */
const PROGRAM = process.env.MOTO_SERVER ?? fileURLToPath(new URL('../../../.moto/bin/moto_server', import.meta.url));

/** Why there is no S3 server to test with, if there is none. */
export const NO_MOTO = existsSync(PROGRAM) ? false : 'there is no S3 server: scripts/moto.sh installs one';

/** Starts an S3 server that ends with the test; its URL. */
export async function startMoto(t: Lifetime): Promise<string> {
  const child = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill());
  for await (const line of createInterface(child.stderr)) {
    const url = /Running on (http:\/\/\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stderr.resume();
    return url;
  }
  throw new Error('the S3 server ended');
}
