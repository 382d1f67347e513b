import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lifetime } from './lifetime.js';
import { temporaryFolder } from './temporary-folder.js';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** Where the certificate stands. */
  readonly path: string;
}

/** A certificate for 127.0.0.1 that nobody has signed but itself; undefined where there is no openssl to make one. */
export function selfSigned(t: Lifetime): Certificate | undefined {
  const folder = temporaryFolder(t);
  const [keyPath, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const { status } = spawnSync('openssl', [...args, ...name, '-keyout', keyPath, '-out', path], { stdio: 'ignore' });
  if (status !== 0) return undefined;
  return { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(path, 'utf8'), path };
}
