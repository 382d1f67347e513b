import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../../src/cli/cli.js';
import type { StartServer } from '../../src/cli/start.js';
import { packageVersion } from '../../src/settings/package-version.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

/** The exit code of a command line that must not start a server. */
async function run(...argv: string[]) {
  const host = fakeHost();
  const code = await runCli(argv, () => assert.fail('started'), host);
  return { code, stdout: host.output(), stderr: host.errors() };
}

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
