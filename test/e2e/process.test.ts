import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { digits, requestFor } from '../support/examples.js';
import { exchange, RawConnection } from '../support/http.js';
import { KeepAliveClient } from '../support/keep-alive-client.js';
import type { Lifetime } from '../support/lifetime.js';
import { CliProcess } from '../support/process.js';
import { exampleModels, SHARED_CACHE } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const DIGITS = '/v2/models/mnist-svm/infer';
const BODY = JSON.stringify(requestFor(digits, digits.rows.slice(0, 2)));
const EXAMPLES = exampleModels({ 'mnist-svm': {}, 'mushroom-xgboost': {} });
/** Far beyond what a start or a stop takes, even on a machine that has much else to do. */
const LIMIT_MS = 10_000;

const SETTINGS = { host: '127.0.0.1', http_port: 0, grpc_port: 0, metrics_port: 0, cache_dir: SHARED_CACHE };

function start(t: Lifetime, { settings = {}, files = EXAMPLES, args = [] as string[], env = {} } = {}): CliProcess {
  const folder = temporaryFolder(t, { 'settings.json': { ...SETTINGS, ...settings }, ...files });
  return new CliProcess(t, { args: ['start', folder, ...args], workingDirectory: folder, env });
}

/** Waits until the models are loaded; the port of REST. */
async function serving(server: CliProcess): Promise<number> {
  await server.log.find(/^Loaded model 'mnist-svm'/);
  await server.log.find(/^Loaded model 'mushroom-xgboost'/);
  return server.port('HTTP');
}

/** A connection on which the server has read a request's head and waits for the rest. */
async function halfARequest(port: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  const head = `POST ${DIGITS} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n`;
  connection.send(`${head}content-length: ${BODY.length}\r\n\r\n`);
  await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  return connection;
}

const refused = (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED';

describe('the server as a process', () => {
  it('tells where it listens and what it has loaded, and answers', async t => {
    const server = start(t);
    const port = await server.port('HTTP');
    let answer = await exchange(port, { method: 'POST', path: DIGITS, body: BODY });
    while (answer.status !== 200) {
      // Not in the repository yet, or still loading.
      assert.ok([400, 404].includes(answer.status), answer.text);
      answer = await exchange(port, { method: 'POST', path: DIGITS, body: BODY });
    }
    t.diagnostic(`answering ${Math.round(server.elapsedMs)} ms after the process was started`);
    assert.ok(server.elapsedMs < LIMIT_MS);
    assert.deepEqual(JSON.parse(answer.text).outputs[0].data, digits.predict.slice(0, 2));
    await serving(server);
    const metrics = await exchange(await server.port('Metrics'), { path: '/metrics' });
    assert.match(metrics.text, /^modelyard_model_ready\{model="mnist-svm",version="v0.1.0"\} 1$/m);
    server.signal('SIGTERM');
    assert.equal(await server.exit, 0);
    assert.equal(server.errors, '');
  });

  it('takes settings from variables and from a .env file', async t => {
    const folder = temporaryFolder(t, {
      ...EXAMPLES,
      '.env': 'MLSERVER_SERVER_NAME=from-dotenv\nMLSERVER_HOST=127.0.0.1',
    });
    const env = {
      MLSERVER_HTTP_PORT: '0',
      mlserver_metrics_port: '0',
      MODELYARD_GRPC_PORT: '0',
      MODELYARD_CACHE_DIR: SHARED_CACHE,
      MLSERVER_EXTENSIONS: '["a","b"]',
    };
    const server = new CliProcess(t, { args: ['start', '.'], workingDirectory: folder, env });
    const answer = await exchange(await server.port('HTTP'), { path: '/v2' });
    const { name, extensions } = JSON.parse(answer.text);
    assert.deepEqual([name, extensions], ['from-dotenv', ['a', 'b']]);
  });

  it('answers all 32 clients that it has when it is told to stop, then refuses, and exits with 0', async t => {
    const server = start(t, { settings: { parallel_workers: 2, debug: false } });
    const port = await serving(server);
    let answered = 0;
    let enough = () => {};
    const underLoad = new Promise<void>(resolve => (enough = resolve));
    const clients = Array.from({ length: 32 }, async () => {
      const client = await KeepAliveClient.open(port);
      for (let last = false; !last; ) {
        const answer = await client.post(DIGITS, BODY);
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(JSON.parse(answer.text).outputs[0].data, digits.predict.slice(0, 2));
        last = answer.last;
        if (++answered === 320) enough();
      }
    });
    await underLoad;
    server.signal('SIGTERM');
    await Promise.all(clients);
    assert.equal(await server.exit, 0);
    await assert.rejects(exchange(port, { path: '/v2/health/live' }), refused);
    assert.equal(server.errors, '');
  });

  it('answers requests that were half sent, and says meanwhile that it is not ready', async t => {
    const server = start(t);
    const port = await serving(server);
    const half = await halfARequest(port);
    const probe = await RawConnection.open(port);
    probe.send('GET /v2/health/ready HTTP/1.1\r\nhost: a\r\n');
    server.signal('SIGINT');
    await server.log.find(/^Received SIGINT, stopping$/);
    probe.send('\r\n');
    assert.match(await probe.untilClosed(), /^HTTP\/1\.1 503 /);
    half.send(BODY);
    assert.match(
      await half.untilClosed(),
      /\r\n\r\nHTTP\/1\.1 200 OK\r\n(?:.*\r\n)*connection: close\r\n(?:.*\r\n)*\r\n\{.*"data":\[\d,\d\]/i,
    );
    assert.equal(await server.exit, 0);
  });

  it('does not wait for connections on which nothing was asked', async t => {
    const server = start(t, { settings: { shutdown_timeout: 600 } });
    const port = await serving(server);
    const silent = await RawConnection.open(port);
    const idle = await KeepAliveClient.open(port);
    assert.equal((await idle.post(DIGITS, BODY)).status, 200);
    server.signal('SIGTERM');
    assert.equal(await server.exit, 0);
    assert.equal(await silent.untilClosed(), '');
  });

  it('cuts what does not end in time, and exits with 0 all the same', async t => {
    const server = start(t, { settings: { shutdown_timeout: 1 } });
    const half = await halfARequest(await serving(server));
    server.signal('SIGTERM');
    assert.equal(await server.exit, 0);
    assert.ok(half.closed || (await half.untilClosed()));
  });

  it('exits with 1 at a second signal', async t => {
    const server = start(t, { settings: { shutdown_timeout: 600 } });
    await halfARequest(await serving(server));
    server.signal('SIGTERM');
    await server.log.find(/^Received SIGTERM, stopping$/);
    server.signal('SIGTERM');
    assert.equal(await server.exit, 1);
    assert.equal(server.log.all.at(-1)?.message, 'Received SIGTERM while stopping, exiting');
  });

  it('stops while it is loading', async t => {
    const server = start(t, { settings: { cache_dir: temporaryFolder(t) } });
    await server.port('HTTP');
    server.signal('SIGTERM');
    assert.equal(await server.exit, 0);
    for (const { level, message } of server.log.all) {
      if (level === 'ERROR') assert.match(message, /^Couldn't load model '.*': the server is stopping$/);
    }
  });

  for (const setting of ['http_port', 'grpc_port', 'metrics_port']) {
    it(`exits with 1 and names the port when it is in use: ${setting}`, async t => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      t.after(() => other.close());
      const { port } = other.address() as AddressInfo;
      const server = start(t, { settings: { [setting]: port } });
      assert.equal(await server.exit, 1);
      t.diagnostic(`exited ${Math.round(server.elapsedMs)} ms after the process was started`);
      assert.match(server.errors, new RegExp(`^error: ${setting}: port ${port} .*127\\.0\\.0\\.1.* in use\\n$`));
      assert.ok(server.elapsedMs < LIMIT_MS);
    });
  }

  it('exits with 1 when a setting is broken, naming file, field, what was expected and what was found', async t => {
    const server = start(t, { settings: { parallel_workers: 'many' } });
    assert.equal(await server.exit, 1);
    assert.match(
      server.errors,
      /^error: \/.*\/settings\.json: field 'parallel_workers': expected an integer, found "many"\n$/,
    );
    assert.equal(server.output, '');
  });

  const BROKEN = {
    'models/cut/model-settings.json': { name: 'cut', implementation: 'mlserver_sklearn.SKLearnModel' },
    'models/cut/model.joblib': (EXAMPLES['models/mnist-svm/model.joblib'] as Buffer).subarray(0, 1000),
    'models/unset/model-settings.json': { name: 'unset' },
    'models/empty/model-settings.json': { name: 'empty', implementation: 'mlserver_xgboost.XGBoostModel' },
  };

  it('serves the other models when some cannot be loaded, and says why', async t => {
    const server = start(t, { files: { ...EXAMPLES, ...BROKEN } });
    const port = await serving(server);
    const problems = [
      /^Couldn't load model 'cut': .*model\.joblib: /,
      /^Failed load model settings at .*\/unset\/model-settings\.json: .*'implementation'/,
      /empty/,
    ];
    for (const problem of problems) assert.equal((await server.log.find(problem)).level, 'ERROR');
    let ready = 400;
    while (ready === 400) ready = (await exchange(port, { path: '/v2/health/ready' })).status;
    assert.equal(ready, 200);
    assert.equal((await exchange(port, { method: 'POST', path: DIGITS, body: BODY })).status, 200);
    for (const name of ['cut', 'unset', 'empty']) {
      const answer = await exchange(port, { method: 'POST', path: `/v2/models/${name}/infer`, body: BODY });
      assert.deepEqual([answer.status, answer.text], [404, `{"error":"Model ${name} not found"}`]);
    }
    server.signal('SIGTERM');
    assert.equal(await server.exit, 0);
  });

  it('exits with 1 instead when it is told to be strict', async t => {
    const server = start(t, { files: { ...EXAMPLES, ...BROKEN }, args: ['--strict'] });
    assert.equal(await server.exit, 1);
    assert.match(server.errors, /^error: --strict: 3 of the models cannot be loaded: .*cut: .*\n$/);
  });

  it('exits with 2 when it is called wrongly', async t => {
    const server = new CliProcess(t, { args: ['start', '--lenient'] });
    assert.equal(await server.exit, 2);
    assert.match(server.errors, /unknown option '--lenient'/);
    const version = new CliProcess(t, { args: ['--version'] });
    assert.equal(await version.exit, 0);
    assert.match(version.output, /^modelyard, version \d+\.\d+\.\d+\n$/);
  });
});
