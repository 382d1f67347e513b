import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerError } from '../core/errors.js';
import { packageVersion } from '../settings/package-version.js';
import type { PackageSource } from './dockerfile.js';
import { runCommand } from './run-command.js';

/** Of this package, three folders above this file once it is built. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * What makes an image run the same Modelyard as this one. A registry has it when npm noted that it came from one; a checkout, or
 * what was installed from a tarball, is packed into `folder`.
 */
export async function packageSource(folder: string, env: Readonly<NodeJS.ProcessEnv>): Promise<PackageSource> {
  if (await cameFromRegistry(ROOT)) return { kind: 'registry', spec: `modelyard@${packageVersion}` };
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const { code, output } = await runCommand('npm', args, { env, cwd: ROOT });
  const file = output.trim().split('\n').at(-1)!;
  if (code === 0 && file.endsWith('.tgz')) return { kind: 'tarball', file };
  throw new ServerError(
    'FAILED_PRECONDITION',
    `'npm pack' cannot pack ${ROOT}: ${output.trim() || `exit code ${code}`}`,
  );
}

/** npm keeps where packages came from in a file beside them. */
async function cameFromRegistry(root: string): Promise<boolean> {
  try {
    const { packages } = JSON.parse(await readFile(join(resolve(root, '..'), '.package-lock.json'), 'utf8'));
    return /^https?:/.test(packages['node_modules/modelyard'].resolved);
  } catch {
    return false;
  }
}
