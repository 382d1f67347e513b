import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/cli.js';
import type { StartServer } from '../../src/cli/start.js';
import { packageVersion } from '../../src/settings/package-version.js';
import { goldenCase } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

/** The exit code of a command line that must not start a server. */
async function run(...argv: string[]) {
  const host = fakeHost();
  const code = await runCli(argv, () => assert.fail('started'), host);
  return { code, stdout: host.output(), stderr: host.errors() };
}

const COMMANDS = ['start', 'build', 'dockerfile', 'init', 'infer', 'inspect', 'convert'];

test('every command is in the help, has a help of its own, and is suggested to who misspells it', async () => {
  const { stdout } = await run('--help');
  for (const command of COMMANDS) {
    assert.match(stdout, new RegExp(`^ {2}${command} \\[options\\]`, 'm'));
    const help = await run(command, '--help');
    assert.deepEqual([help.code, help.stderr], [0, '']);
    assert.ok(help.stdout.startsWith(`Usage: modelyard ${command} [options]`), help.stdout);
    const misspelt = await run(command.slice(0, -2) + command.slice(-1));
    assert.equal(misspelt.code, 2);
    assert.ok(misspelt.stderr.includes(`(Did you mean ${command}?)`), misspelt.stderr);
  }
});

test('a reader of the output that goes away is no error', { skip: process.platform === 'win32' }, async () => {
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const { path } = goldenCase('sklearn-1.3.2/column-transformer-frame');
  // The reader has gone before there is anything to read.
  const script = '{ "$0" "$1" inspect "$2"; echo "code $?" >&2; } | true';
  const { stderr } = spawnSync('bash', ['-c', script, process.execPath, main, path], { encoding: 'utf8' });
  assert.equal(stderr, 'code 0\n');
});

test('npm start gives Node the flags that the program gives itself', async () => {
  const [first] = (await readFile(new URL('../../src/cli/main.js', import.meta.url), 'utf8')).split('\n', 1);
  const flags = first.slice(first.indexOf('--'));
  const { scripts } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  assert.ok(scripts.start.includes(`node ${flags} dist/src/cli/main.js`), scripts.start);
});

test('--help and --version print to stdout and exit with 0', async () => {
  const help = await run('--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^Usage: modelyard \[options\] \[command\]\n[\s\S]*start \[options\] \[FOLDER\]/);
  assert.deepEqual(await run('--version'), { code: 0, stdout: `modelyard, version ${packageVersion}\n`, stderr: '' });
  const start = await run('start', '--help');
  assert.equal(start.code, 0);
  assert.match(start.stdout, /^Usage: modelyard start \[options\] \[FOLDER\]\n[\s\S]*--strict/);
});

const misuses: [argv: string[], stderr: RegExp][] = [
  [[], /^Usage: modelyard/],
  [['strat'], /^error: unknown command 'strat'\n\(Did you mean start\?\)/],
  [['--nope'], /^error: unknown option '--nope'/],
  [['start', '--nope'], /^error: unknown option '--nope'/],
  [['start', 'a', 'b'], /^error: too many arguments for 'start'\. Expected 1 argument but got 2/],
];

for (const [argv, stderr] of misuses) {
  test(`'modelyard ${argv.join(' ')}' exits with 2 and says why`, async () => {
    const misuse = await run(...argv);
    assert.equal(misuse.code, 2);
    assert.equal(misuse.stdout, '');
    assert.match(misuse.stderr, stderr);
  });
}

test('start takes a list of models by option, relative to the working directory, or by setting', async t => {
  const workingDirectory = temporaryFolder(t, { 'served/settings.json': { model_list: '/lists/models.json' } });
  for (const [argv, modelList] of [
    [['start', '--config', 'models.json'], join(workingDirectory, 'models.json')],
    [['start', 'served'], '/lists/models.json'],
    [['start', 'served', '--config', '/other.json'], '/other.json'],
    [['start'], null],
  ] as const) {
    const host = fakeHost({ workingDirectory });
    const start: StartServer = async settings => {
      assert.equal(settings.modelList, modelList);
      host.signals.emit('SIGTERM', 'SIGTERM');
      return { endpoints: [], loaded: Promise.resolve(), stop: async () => {} };
    };
    assert.equal(await runCli(argv, start, host), 0);
  }
});

test('start --watch looks for changes, as often as the setting says if it does', async t => {
  const workingDirectory = temporaryFolder(t, { 'slow/settings.json': { model_repository_poll: 5 } });
  for (const [argv, pollMs] of [
    [['start'], 0],
    [['start', '--watch'], 500],
    [['start', 'slow'], 5000],
    [['start', 'slow', '--watch'], 5000],
  ] as const) {
    const host = fakeHost({ workingDirectory });
    const start: StartServer = async settings => {
      assert.equal(settings.modelRepositoryPollMs, pollMs);
      host.signals.emit('SIGTERM', 'SIGTERM');
      return { endpoints: [], loaded: Promise.resolve(), stop: async () => {} };
    };
    assert.equal(await runCli(argv, start, host), 0);
  }
});

test('start takes the working directory without FOLDER, and hands --strict on', async t => {
  const workingDirectory = temporaryFolder(t);
  for (const [argv, strict] of [
    [['start'], false],
    [['start', '.', '--strict'], true],
  ] as const) {
    const host = fakeHost({ workingDirectory });
    const start: StartServer = async (settings, options) => {
      assert.equal(settings.modelRepositoryRoot, workingDirectory);
      assert.equal(options.strict, strict);
      host.signals.emit('SIGTERM', 'SIGTERM');
      return { endpoints: [], loaded: Promise.resolve(), stop: async () => {} };
    };
    assert.equal(await runCli(argv, start, host), 0);
  }
});
