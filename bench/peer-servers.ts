import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { end, freePort, type ModelyardOptions, makeFolder, type ServerUnderTest } from './process.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODEL = join(ROOT, 'models/mnist-svm/model.joblib');

/** What installs a server and starts it with the digits SVC, on one worker. */
export interface Peer {
  readonly name: string;
  start(options: ModelyardOptions): Promise<ServerUnderTest>;
}

/** MLServer 1.7.1 on a folder such as ours. uvloop 0.22 does not work with its workers. */
export const mlserver: Peer = {
  name: 'MLServer',
  async start(options) {
    const venv = environment('mlserver', [
      'mlserver==1.7.1',
      'mlserver-sklearn==1.7.1',
      'scikit-learn==1.9.1',
      'uvloop<0.22',
    ]);
    const folder = await makeFolder({ ...options, models: ['mnist-svm'] });
    const bin = join(venv, 'bin');
    const child = spawn(join(bin, 'mlserver'), ['start', folder.path], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    });
    return whenReady(this.name, child, folder.httpPort, folder.path);
  },
};

/** Triton with its Python backend: the server's binary comes with nvidia-pytriton, which is not used otherwise. */
export const triton: Peer = {
  name: 'Triton',
  async start(options) {
    const venv = environment('triton', ['nvidia-pytriton==0.7.0', 'scikit-learn==1.9.1']);
    const { library, home, packages, version } = pythonPlaces(venv);
    const server = join(packages, 'pytriton/tritonserver');
    const stub = join(server, 'backends/python/triton_python_backend_stub');
    if (!existsSync(stub))
      await copyFile(join(server, 'python_backend_stubs', version, 'triton_python_backend_stub'), stub);
    const repository = await mkdtemp(join(tmpdir(), 'modelyard-bench-'));
    await mkdir(join(repository, 'mnist-svm/1'), { recursive: true });
    await copyFile(join(ROOT, 'bench/triton/model.py'), join(repository, 'mnist-svm/1/model.py'));
    await writeFile(join(repository, 'mnist-svm/config.pbtxt'), tritonConfig(options));
    const [httpPort, grpcPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const flags = {
      'model-repository': repository,
      'backend-directory': join(server, 'backends'),
      'http-port': httpPort,
      'grpc-port': grpcPort,
      'metrics-port': metricsPort,
    };
    const places = { LD_LIBRARY_PATH: library, PYTHONHOME: home, BENCH_PACKAGES: packages, BENCH_MODEL: MODEL };
    const child = spawn(
      join(server, 'bin/tritonserver'),
      Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      { stdio: 'ignore', env: { ...process.env, ...places } },
    );
    return whenReady(this.name, child, httpPort, repository);
  },
};

function tritonConfig({ maxBatchSize, maxBatchTimeSeconds }: ModelyardOptions): string {
  const batching =
    maxBatchSize > 0 ? `dynamic_batching { max_queue_delay_microseconds: ${maxBatchTimeSeconds * 1e6} }` : '';
  return `backend: "python"
max_batch_size: 64
input [{ name: "predict" data_type: TYPE_FP32 dims: [ 64 ] }]
output [{ name: "predict" data_type: TYPE_INT64 dims: [ 1 ] }]
instance_group [{ count: 1 kind: KIND_CPU }]
${batching}
`;
}

/** A Python environment of the project's root, made when it is first needed. */
function environment(name: string, requirements: readonly string[]): string {
  const venv = join(ROOT, `.venv-${name}`);
  const complete = join(venv, '.complete');
  if (existsSync(complete)) return venv;
  run('python3', '-m', 'venv', venv);
  run(join(venv, 'bin/pip'), 'install', '-q', ...requirements);
  run('touch', complete);
  return venv;
}

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${status}`);
}

function pythonPlaces(venv: string): { library: string; home: string; packages: string; version: string } {
  const script = `import json, sys, sysconfig
print(json.dumps({"library": sysconfig.get_config_var("LIBDIR"), "home": sys.base_prefix,
  "packages": sysconfig.get_path("purelib"), "version": "%d.%d" % sys.version_info[:2]}))`;
  const { stdout } = spawnSync(join(venv, 'bin/python'), ['-c', script], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

async function whenReady(name: string, child: ChildProcess, port: number, folder: string): Promise<ServerUnderTest> {
  const model = `http://127.0.0.1:${port}/v2/models/mnist-svm`;
  while (!(await fetch(`${model}/ready`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode}`);
    await delay(200);
  }
  return {
    url: `${model}/infer`,
    metricsUrl: undefined,
    pid: child.pid!,
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
