// All the set-up that `npm start` and `npm test` need: installed packages and a current build. Costs nothing when both are there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modified = path => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** The newest modification under a folder; -1 for a folder that is not there. */
function newest(folder) {
  if (!existsSync(folder)) return -1;
  let latest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

const installed = modified(join(root, 'node_modules/.package-lock.json'));
if (installed < modified(join(root, 'package-lock.json')))
  run('npm', ['install', '--include=dev', '--no-audit', '--no-fund', '--no-save']);

const built = modified(join(root, 'dist/.built'));
const sources = Math.max(
  modified(join(root, 'tsconfig.json')),
  ...['src', 'workers', 'test', 'bench', 'node_modules/.package-lock.json'].map(name => {
    const path = join(root, name);
    return existsSync(path) && statSync(path).isDirectory() ? newest(path) : modified(path);
  }),
);
if (built < sources) run('npm', ['run', '--silent', 'build']);
