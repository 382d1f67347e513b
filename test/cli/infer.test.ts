import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/cli.js';
import type { CliHost } from '../../src/cli/host.js';
import { type Certificate, selfSigned } from '../support/certificate.js';
import { digits, requestFor } from '../support/examples.js';
import { type Lifetime, suiteLifetime } from '../support/lifetime.js';
import { CliProcess } from '../support/process.js';
import { exampleModels, TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { fakeHost } from './fake-host.js';

/** Time that passes at once. */
const instant: CliHost['clock'] = {
  now: () => 0,
  at(_, fn) {
    setImmediate(fn);
    return () => {};
  },
};

interface Run {
  readonly input?: string | AsyncIterable<Uint8Array>;
  readonly env?: NodeJS.ProcessEnv;
  readonly workingDirectory?: string;
}

/** Runs `infer` from stdin to stdout unless the arguments say otherwise. */
function inferring(args: readonly string[], { input = '', ...given }: Run = {}) {
  const stdin = typeof input === 'string' ? Readable.from([Buffer.from(input)]) : input;
  const host = fakeHost({ ...given, stdin });
  const argv = ['infer', '-m', 'mnist-svm', '-i', '-', '-o', '-', ...args];
  const code = runCli(argv, () => assert.fail('started'), { ...host, clock: instant });
  return {
    code,
    host,
    lines: () =>
      host
        .output()
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line)),
  };
}

const line = (from: number, rows = 1, id?: string) =>
  JSON.stringify(requestFor(digits, digits.rows.slice(from, from + rows), id));
const labels = (from: number, rows = 1) => digits.predict.slice(from, from + rows);

describe('infer against a server', () => {
  const life = suiteLifetime();
  let url: string;

  before(async () => {
    const server = await TestServer.start(life, { files: exampleModels({ 'mnist-svm': {} }) });
    url = `127.0.0.1:${server.port}`;
  });

  for (const batchSize of [1, 16]) {
    test(`answers every line in order, ${batchSize} a request`, async () => {
      const rowsOf = (i: number) => (i % 3) + 1;
      const input = Array.from({ length: 120 }, (_, i) => line(i, rowsOf(i), `é ${i}`)).join('\n');
      const { code, host, lines } = inferring(['-u', url, '-s', String(batchSize)], { input });
      assert.equal(await code, 0, host.errors());
      assert.equal(lines().length, 120);
      for (const [i, { id, model_name, outputs, parameters }] of lines().entries()) {
        assert.deepEqual([model_name, id, parameters.batch_index], ['mnist-svm', `é ${i}`, i]);
        assert.match(parameters.inference_id, /^[\da-f-]{36}$/);
        assert.deepEqual([outputs[0].shape, outputs[0].data], [[rowsOf(i), 1], labels(i, rowsOf(i))]);
      }
      assert.match(host.errors(), /Total processed instances: 120\nTime taken: [\d.]+ seconds\n$/);
    });

    test(`says for each bad line what is wrong, and answers the others, ${batchSize} a request`, async () => {
      const short = JSON.stringify({ inputs: [{ name: 'predict', shape: [1, 2], datatype: 'FP32', data: [1, 2] }] });
      const input = [line(0), '{"inputs": [', line(1), '', short, '[1]', line(2)].join('\r\n');
      const { code, host, lines } = inferring(['-u', `http://${url}/`, '-s', String(batchSize), '-v'], { input });
      assert.equal(await code, 1);
      const [first, cut, second, narrow, array, third] = lines();
      assert.deepEqual(
        [first, second, third].map(({ outputs }) => outputs[0].data),
        [0, 1, 2].map(i => labels(i)),
      );
      assert.deepEqual(cut.parameters, { batch_index: 1 });
      assert.equal(cut.error.status, 'preprocessing error');
      assert.match(cut.error.msg, /^not valid JSON: expected the end of what began at character 1/);
      assert.deepEqual([narrow.parameters.batch_index, narrow.error.status], [4, 'HTTP 400']);
      assert.match(narrow.error.msg, /64/);
      assert.equal(array.parameters.batch_index, 5);
      assert.match(host.errors(), /^line 5: HTTP 400: .*$/m);
      assert.match(host.errors(), /Total processed instances: 6\nFailed: 3\n/);
    });
  }

  test('reads and writes files, and takes its options from variables', async t => {
    const workingDirectory = temporaryFolder(t, { 'in.jsonl': `${line(0)}\n${line(1)}\n` });
    const env = {
      MLSERVER_INFER_URL: url,
      MLSERVER_INFER_MODEL_NAME: 'mnist-svm',
      MLSERVER_INFER_INPUT_DATA_PATH: 'in.jsonl',
      MLSERVER_INFER_OUTPUT_DATA_PATH: 'out.jsonl',
      MLSERVER_INFER_EXTRA_VERBOSE: 'true',
    };
    const host = fakeHost({ env, workingDirectory });
    assert.equal(await runCli(['infer'], () => assert.fail('started'), host), 0, host.errors());
    const answers = readFileSync(join(workingDirectory, 'out.jsonl'), 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      answers.map(text => JSON.parse(text).outputs[0].data),
      [labels(0), labels(1)],
    );
    assert.match(host.errors(), /^a request of 1 line: status 200 in /);
  });

  test('says what the server says when there is no such model', async () => {
    const { code, lines } = inferring(['-u', url, '-m', 'no such/model'], { input: line(0) });
    assert.equal(await code, 1);
    assert.equal(lines()[0].error.status, 'HTTP 404');
    assert.match(lines()[0].error.msg, /^Model no such\/model not found/);
  });

  test('stops without a word when nobody reads its answers any more', async t => {
    const cli = [process.execPath, fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))];
    const workingDirectory = temporaryFolder(t, { 'in.jsonl': `${line(0)}\n`.repeat(2000) });
    const command = `"$@" infer -u ${url} -m mnist-svm -i in.jsonl -o - | head -1; echo "\${PIPESTATUS[0]}"`;
    const { spawn } = await import('node:child_process');
    const shell = spawn('bash', ['-c', command, 'bash', ...cli], {
      cwd: workingDirectory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors] = await Promise.all([shell.stdout, shell.stderr].map(stream => stream.toArray()));
    const [first, exitCode] = Buffer.concat(output).toString().trim().split('\n');
    assert.deepEqual(JSON.parse(first).outputs[0].data, labels(0));
    assert.equal(exitCode, '1');
    assert.match(Buffer.concat(errors).toString(), /^Total processed instances: \d+\nTime taken: .*\n$/);
  });
});

test('says which input cannot be opened', async t => {
  const workingDirectory = temporaryFolder(t);
  // A file that nobody, whatever his rights, can open.
  const socket = createNetServer().listen(join(workingDirectory, 'in.jsonl'));
  t.after(() => socket.close());
  await once(socket, 'listening');
  const { code, host } = inferring(['-i', 'in.jsonl', '-o', 'out.jsonl'], { workingDirectory });
  assert.equal(await code, 2);
  assert.equal(host.errors(), "error: --input-data-path 'in.jsonl' cannot be read (ENXIO)\n");
});

test('a server that dies in the middle: what was answered stays, every other line says why, and it ends', async t => {
  const files = { ...exampleModels({ 'mnist-svm': {} }), 'settings.json': { parallel_workers: 0, log_format: 'json' } };
  const folder = temporaryFolder(t, files);
  const env = { MLSERVER_HTTP_PORT: '0', MLSERVER_GRPC_PORT: '0', MLSERVER_METRICS_PORT: '0' };
  const server = new CliProcess(t, { args: ['start', folder], env });
  await server.log.find(/^Loaded model /);
  async function* input() {
    for (let i = 0; i < 5; i++) yield Buffer.from(`${line(i)}\n`);
    await until(() => lines().length === 5);
    server.signal('SIGKILL');
    await server.exit;
    for (let i = 5; i < 40; i++) yield Buffer.from(`${line(i)}\n`);
  }
  const { code, host, lines } = inferring(['-u', `127.0.0.1:${await server.port('HTTP')}`], { input: input() });
  assert.equal(await code, 1);
  assert.equal(lines().length, 40);
  for (const [i, { outputs, parameters, error }] of lines().entries()) {
    assert.equal(parameters.batch_index, i);
    if (i < 5) assert.deepEqual(outputs[0].data, labels(i));
    else assert.equal(error.status, 'connection error');
  }
  assert.match(lines()[39].error.msg, /ECONNREFUSED/);
  assert.match(host.errors(), /Failed: 35\n/);
});

/** A server that answers each request with the next of these. */
async function scriptedServer(
  t: Lifetime,
  answers: readonly { status: number; body: string }[],
  certificate?: Certificate,
) {
  const requests: { url?: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const answerNext = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { status, body: answer } = answers[requests.push({ url: request.url, headers: request.headers, body }) - 1];
    response.writeHead(status, { 'retry-after': '1' }).end(answer);
  };
  const server = certificate === undefined ? createServer(answerNext) : createTlsServer(certificate, answerNext);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close().closeAllConnections());
  return { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

test('tries again when there is no room, sends lines as they are, and keeps every digit of an answer', async t => {
  const answer = '{\n "parameters": {"a": 1.0},\n "outputs": [{"data": [9007199254740993, NaN]}]\n}';
  const busy = { status: 429, body: '{"error": "full"}' };
  const { url, requests } = await scriptedServer(t, [busy, busy, { status: 200, body: answer }]);
  const input = '{"inputs": [{"data": [1.10, NaN]}], "parameters": {"content_type": "np"}}';
  const args = ['-u', `${url}/prefix`, '-v', '-H', 'X-Own: a', '-H', 'x-own: b', '-H', 'Content-Type: application/x'];
  const { code, host } = inferring(args, { input });
  assert.equal(await code, 0, host.errors());
  assert.match(
    host.output(),
    /^\{"parameters":\{"a":1\.0,"batch_index":0,"inference_id":"[^"]+"\},"outputs":\[\{"data": \[9007199254740993, NaN\]\}\]\}\n$/,
  );
  assert.equal(requests.length, 3);
  const { headers, body, url: path } = requests[2];
  assert.deepEqual([path, body], ['/prefix/v2/models/mnist-svm/infer', input]);
  assert.deepEqual([headers['x-own'], headers['content-type']], ['a, b', 'application/x']);
  assert.equal(headers['seldon-puid'], headers['x-request-id']);
  assert.match(host.errors(), /^status 429: another attempt in \d\.\d s$/m);
});

test('speaks TLS when the URL or --use-ssl says so, with certificates it can check or when told not to', async t => {
  const certificate = selfSigned(t);
  if (certificate === undefined) return t.skip('there is no openssl to make a certificate');
  const answer = { status: 200, body: '{"outputs":[]}' };
  const { url, requests } = await scriptedServer(t, [answer, answer, answer], certificate);
  const atOnce = ['-r', '0'];
  const untrusted = inferring(['-u', `https://${url}`, ...atOnce], { input: '{}' });
  assert.equal(await untrusted.code, 1);
  const [{ error }] = untrusted.lines();
  assert.equal(error.status, 'connection error');
  // Newer versions of Node say more.
  assert.match(error.msg, /^self-signed certificate/);
  for (const args of [
    ['-u', `https://${url}`],
    ['-u', url, '--use-ssl'],
  ]) {
    const { code, host } = inferring([...args, ...atOnce, '--insecure'], { input: '{}' });
    assert.equal(await code, 0, host.output());
  }
  const folder = temporaryFolder(t, { 'in.jsonl': '{}' });
  const paths = ['-i', join(folder, 'in.jsonl'), '-o', join(folder, 'out.jsonl')];
  const env = { NODE_EXTRA_CA_CERTS: certificate.path };
  const trusting = new CliProcess(t, { args: ['infer', '-m', 'm', '-u', `https://${url}`, ...atOnce, ...paths], env });
  assert.equal(await trusting.exit, 0, trusting.errors);
  assert.equal(requests.length, 3);
});

test('an answer that is no JSON object is a failure of its line', async t => {
  const { url } = await scriptedServer(t, [{ status: 200, body: '<html>' }]);
  const { code, lines } = inferring(['-u', url, '-w', '1'], { input: '{}' });
  assert.equal(await code, 1);
  assert.match(lines()[0].error.msg, /^the answer is not valid JSON/);
});

const MISUSES: [args: string[], reason: RegExp, env?: NodeJS.ProcessEnv][] = [
  [['-i', '/nowhere'], /^error: --input-data-path '\/nowhere' cannot be read \(ENOENT\)/],
  [['-i', '/'], /^error: --input-data-path '\/': expected a file, found a folder/],
  [['-o', '/nowhere/out'], /^error: --output-data-path '\/nowhere\/out' cannot be written \(ENOENT\)/],
  [['-i', 'same', '-o', './same'], /is the input, which it would overwrite/],
  [['-u', 'http://'], /^error: --url 'http:\/\/': expected host:port/],
  [['-b'], /^error: --binary-data is not supported/],
  [['-t', 'grpc'], /^error: option .*'grpc' is invalid\. The 'grpc' transport is not supported/],
  [['-w', '0'], /^error: option .*'0' is invalid\. Expected a whole number from 1/],
  [['--timeout', '-1'], /Expected a number of seconds/],
  [['-H', 'nonsense'], /Expected 'Name: value'/],
  [[], /^error: variable MLSERVER_INFER_RETRIES is 'many'/, { MLSERVER_INFER_RETRIES: 'many' }],
  [[], /^error: variable MLSERVER_INFER_INSECURE is 'maybe'/, { MLSERVER_INFER_INSECURE: 'maybe' }],
];

for (const [args, reason, env] of MISUSES) {
  test(`'infer ${args.join(' ')}' ${env === undefined ? '' : JSON.stringify(env)} exits with 2 and says why`, async t => {
    const workingDirectory = temporaryFolder(t, { same: '{}' });
    const { code, host } = inferring(args, { workingDirectory, ...(env && { env }) });
    assert.equal(await code, 2);
    assert.match(host.errors(), reason);
    assert.equal(host.output(), '');
    assert.equal(readFileSync(join(workingDirectory, 'same'), 'utf8'), '{}');
  });
}

test('infer needs a model and files, and variables of it bother no other command', async () => {
  const host = fakeHost();
  assert.equal(await runCli(['infer'], () => assert.fail('started'), host), 2);
  assert.match(host.errors(), /^error: required option '-m, --model-name <NAME>' not specified/);
  const other = fakeHost({ env: { MLSERVER_INFER_RETRIES: 'many' } });
  assert.equal(await runCli(['inspect', '/nowhere'], () => assert.fail('started'), other), 2);
  assert.match(other.errors(), /^error: FILE/);
});
