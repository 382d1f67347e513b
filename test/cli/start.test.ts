import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RunningServer, type StartServer, serveFolder } from '../../src/cli/start.js';
import { ServerError } from '../../src/core/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

const endpoints = [
  { name: 'HTTP', url: 'http://0.0.0.0:8080' },
  { name: 'Metrics', url: 'http://0.0.0.0:8082/metrics' },
];

/** A promise, and what resolves it. */
function event<T>(): [Promise<T>, (value: T) => void] {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>(resolved => {
    resolve = resolved;
  });
  return [promise, resolve];
}

/** Starts a stand-in for the server on a folder with these settings; `stop` is what its stop() does. */
function serve(t: TestContext, { settings = {} as unknown, stop = async () => {} } = {}) {
  const host = fakeHost();
  const server = { stops: 0 };
  const [started, tellStarted] = event<void>();
  const start: StartServer = async (_, { logger }) => {
    tellStarted();
    return {
      endpoints,
      loaded: Promise.resolve(),
      stop() {
        server.stops++;
        logger.debug('Answered what was under way');
        return stop();
      },
    };
  };
  const folder = temporaryFolder(t, { 'settings.json': settings });
  const exitCode = serveFolder({ folder, strict: false }, start, host);
  const signal = (name: string) => host.signals.emit(name, name);
  return { host, server, started, exitCode, signal };
}

const messages = (output: string) =>
  output
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).message);

for (const name of ['SIGTERM', 'SIGINT', 'SIGQUIT']) {
  test(`${name} stops the server once and exits with 0`, async t => {
    const { host, server, started, exitCode, signal } = serve(t);
    await started;
    signal(name);
    assert.equal(await exitCode, 0);
    assert.equal(server.stops, 1);
    assert.deepEqual(messages(host.output()), [
      'HTTP server running on http://0.0.0.0:8080',
      'Metrics server running on http://0.0.0.0:8082/metrics',
      `Received ${name}, stopping`,
      'Answered what was under way',
      'Stopped',
    ]);
    assert.equal(host.signals.listenerCount(name), 0);
    assert.equal(host.clock.pendingTimers, 0);
  });
}

test('a second signal exits at once with 1', async t => {
  const { host, server, started, exitCode, signal } = serve(t, { stop: () => new Promise(() => {}) });
  await started;
  signal('SIGTERM');
  await nextTurn();
  signal('SIGINT');
  assert.equal(await exitCode, 1);
  assert.equal(server.stops, 1);
  assert.equal(messages(host.output()).at(-1), 'Received SIGINT while stopping, exiting');
});

test('a Ctrl-C that npm hands on again is one signal; pressed twice it is two', async t => {
  const { host, started, exitCode, signal } = serve(t, { stop: () => new Promise(() => {}) });
  await started;
  signal('SIGINT');
  host.clock.advance(100);
  signal('SIGINT');
  await nextTurn();
  assert.equal(messages(host.output()).at(-1), 'Received SIGINT, stopping');
  host.clock.advance(200);
  signal('SIGINT');
  assert.equal(await exitCode, 1);
  assert.equal(messages(host.output()).at(-1), 'Received SIGINT while stopping, exiting');
});

test('a stop that takes longer than shutdown_timeout exits with 1', async t => {
  const { host, started, exitCode, signal } = serve(t, {
    settings: { shutdown_timeout: 3 },
    stop: () => new Promise(() => {}),
  });
  await started;
  signal('SIGTERM');
  await nextTurn();
  host.clock.advance(2999);
  assert.equal(host.clock.pendingTimers, 1);
  host.clock.advance(1);
  assert.equal(await exitCode, 1);
  assert.equal(messages(host.output()).at(-1), 'Not stopped after 3 s (shutdown_timeout), exiting');
});

test('a signal while the server is starting stops it as soon as it runs, within the same limit', async t => {
  const folder = temporaryFolder(t);
  for (const comesUp of [true, false]) {
    const host = fakeHost();
    const [running, run] = event<RunningServer>();
    const [called, tellCalled] = event<void>();
    const start: StartServer = () => {
      tellCalled();
      return running;
    };
    let stops = 0;
    const exitCode = serveFolder({ folder, strict: false }, start, host);
    await called;
    host.signals.emit('SIGTERM', 'SIGTERM');
    await nextTurn();
    if (comesUp) run({ endpoints: [], loaded: Promise.resolve(), stop: async () => void stops++ });
    else host.clock.advance(10_000);
    assert.equal(await exitCode, comesUp ? 0 : 1);
    assert.equal(stops, comesUp ? 1 : 0);
  }
});

test('a stop that fails exits with 1 and says why', async t => {
  const stop = () => Promise.reject(new ServerError('INTERNAL', 'worker 3 does not end'));
  const { host, started, exitCode, signal } = serve(t, { stop });
  await started;
  signal('SIGTERM');
  assert.equal(await exitCode, 1);
  assert.equal(host.errors(), 'error: worker 3 does not end\n');
});

test('a server that cannot start exits with 1 and one line', async t => {
  const host = fakeHost();
  const start: StartServer = async () => {
    throw new ServerError('FAILED_PRECONDITION', 'port 8080 is in use\n(http_port)');
  };
  assert.equal(await serveFolder({ folder: temporaryFolder(t), strict: false }, start, host), 1);
  assert.equal(host.errors(), 'error: port 8080 is in use\\n(http_port)\n');
  assert.equal(host.signals.listenerCount('SIGTERM'), 0);
});

test('a fault of our own shows its stack', async t => {
  const host = fakeHost();
  const start: StartServer = async () => {
    throw new TypeError('undefined is not a function');
  };
  assert.equal(await serveFolder({ folder: temporaryFolder(t), strict: false }, start, host), 1);
  assert.match(host.errors(), /^error: TypeError: undefined is not a function\n +at /);
});

const neverStarts: StartServer = () => assert.fail('started');

test('broken settings exit with 1 and name file, field, expected and found', async t => {
  const folder = temporaryFolder(t, { 'settings.json': { http_port: 'eighty' } });
  const host = fakeHost();
  assert.equal(await serveFolder({ folder, strict: false }, neverStarts, host), 1);
  const file = join(folder, 'settings.json');
  assert.equal(
    host.errors(),
    `error: ${file}: field 'http_port': expected an integer from 0 to 65535, found "eighty"\n`,
  );
  assert.equal(host.output(), '');
});

test('the server gets the environment that its settings were read from', async t => {
  const workingDirectory = temporaryFolder(t, { '.env': 'MLSERVER_HTTP_PORT=9000\nMLSERVER_MODEL_NAME=iris' });
  const host = fakeHost({ workingDirectory, env: { MLSERVER_MODEL_NAME: 'svm' } });
  const start: StartServer = async (settings, { environment }) => {
    assert.equal(settings.httpPort, 9000);
    const names = environment.findAll(['MLSERVER_MODEL_NAME']).map(({ text }) => text);
    assert.deepEqual(names, ['svm', 'iris']);
    host.signals.emit('SIGINT', 'SIGINT');
    return { endpoints: [], loaded: Promise.resolve(), stop: async () => {} };
  };
  assert.equal(await serveFolder({ folder: '.', strict: false }, start, host), 0);
});

test('a broken variable exits with 1 and names it', async t => {
  const folder = temporaryFolder(t, { '.env': 'MLSERVER_DEBUG=perhaps' });
  const host = fakeHost({ workingDirectory: folder });
  assert.equal(await serveFolder({ folder: '.', strict: false }, neverStarts, host), 1);
  const found = `field 'MLSERVER_DEBUG': expected true or false, found "perhaps"`;
  assert.equal(host.errors(), `error: ${join(folder, '.env')}: ${found}\n`);
});

test('a file instead of a folder is a misuse', async t => {
  const workingDirectory = temporaryFolder(t, { file: '' });
  const host = fakeHost({ workingDirectory });
  assert.equal(await serveFolder({ folder: 'file', strict: false }, neverStarts, host), 2);
  assert.equal(host.errors(), "error: FOLDER 'file': expected a folder, found a file\n");
});

test('a folder that does not exist is served empty, with a warning', async t => {
  const workingDirectory = temporaryFolder(t);
  const host = fakeHost({ workingDirectory });
  const start: StartServer = async () => {
    host.signals.emit('SIGTERM', 'SIGTERM');
    return { endpoints: [], loaded: Promise.resolve(), stop: async () => {} };
  };
  assert.equal(await serveFolder({ folder: 'none', strict: false }, start, host), 0);
  const [warning] = messages(host.output());
  assert.equal(warning, `Folder '${join(workingDirectory, 'none')}' does not exist: there are no models to serve`);
});

test('warnings of the settings are logged before the server starts', async t => {
  const { host, started, exitCode, signal } = serve(t, { settings: { http_prot: 1 } });
  await started;
  assert.match(messages(host.output())[0], /unknown field 'http_prot' is ignored; did you mean 'http_port'\?$/);
  signal('SIGTERM');
  await exitCode;
});
