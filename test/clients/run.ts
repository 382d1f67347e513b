/**
 * Clients of other servers against ours: `npm run test:clients [name ...]`. They come from the Python package index into environments of their
 * own, .venv-clients and .venv-mlserver-client, which are made when they are not there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CODEC_MODELS } from '../contract/codec-cases.js';
import { fixture } from '../support/fixtures.js';
import { during } from '../support/lifetime.js';
import { exampleModels, TestServer } from '../support/server.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HERE = join(ROOT, 'test/clients');

/** Answers long after any client's patience. */
const SLOW = 'exports.Slow = class { predict() { return new Promise(() => {}); } };';

const FILES = {
  ...exampleModels({ 'mnist-svm': {}, 'mushroom-xgboost': {} }),
  'models/echo/model-settings.json': { name: 'echo', implementation: 'own.Echo' },
  'models/echo/own.mjs': fixture('transcripts/models/own.mjs'),
  ...CODEC_MODELS,
  'models/slow/model-settings.json': { name: 'slow', implementation: 'slow.Slow' },
  'models/slow/slow.js': SLOW,
};

interface Client {
  readonly name: string;
  readonly command: () => readonly [command: string, ...args: string[]];
}

const CLIENTS: readonly Client[] = [
  { name: 'curl', command: () => ['bash', join(HERE, 'curl.sh')] },
  { name: 'triton', command: () => [python('.venv-clients', 'requirements.txt'), join(HERE, 'triton_clients.py')] },
  { name: 'grpc', command: () => [python('.venv-clients', 'requirements.txt'), join(HERE, 'grpc_clients.py')] },
  { name: 'kserve', command: () => [python('.venv-clients', 'requirements.txt'), join(HERE, 'kserve_clients.py')] },
  {
    name: 'mlserver',
    command: () => [python('.venv-mlserver-client', 'requirements-mlserver.txt'), join(HERE, 'mlserver_clients.py')],
  },
];

/** The Python of an environment that has what is required; it is made when it is not there, or was made for something else. */
function python(environment: string, requirements: string): string {
  const bin = join(ROOT, environment, 'bin');
  const complete = join(ROOT, environment, '.complete');
  const required = readFileSync(join(HERE, requirements), 'utf8');
  if (!existsSync(complete) || readFileSync(complete, 'utf8') !== required) {
    run('python3', '-m', 'venv', join(ROOT, environment));
    run(join(bin, 'pip'), 'install', '-q', '-r', join(HERE, requirements));
    writeFileSync(complete, required);
  }
  return join(bin, 'python');
}

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

/** Whether it ended well. The server is in this process, so it must not be waited for in one go. */
function ask([command, ...args]: readonly [string, ...string[]], env: Record<string, string>): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return new Promise(resolve => child.on('exit', code => resolve(code === 0)));
}

const asked = process.argv.slice(2);
const failed: string[] = [];
await during(async t => {
  const server = await TestServer.start(t, { files: FILES, settings: { grpc_stream_form: 'triton' } });
  const env = { SERVER_HTTP: server.url('HTTP'), SERVER_GRPC: server.url('gRPC') };
  for (const { name, command } of CLIENTS) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.log(`\n== ${name}`);
    if (!(await ask(command(), env))) failed.push(name);
  }
});
console.log(failed.length === 0 ? '\nAll clients work.' : `\nFailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
