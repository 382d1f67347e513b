import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MODELYARD } from './program.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TICKS_PER_SECOND = 100;
/** For a server to stop in. */
const STOP_MS = 10_000;

/** A server under test, in a process of its own. */
export interface ServerUnderTest {
  readonly url: string;
  readonly metricsUrl: string | undefined;
  readonly pid: number;
  stop(): Promise<void>;
}

/** One that speaks gRPC as well. */
export interface WholeServer extends ServerUnderTest {
  readonly grpcPort: number;
  /** When its process was started, by performance.now. */
  readonly startedAt: number;
}

export interface ModelyardOptions {
  readonly parallelWorkers: number;
  readonly maxBatchSize: number;
  readonly maxBatchTimeSeconds: number;
  /** Of those in models/; both if nothing is said. */
  readonly models?: readonly string[];
  /** Further files of the folder, by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Added to settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

interface Folder {
  readonly path: string;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly grpcPort: number;
}

/** A folder for the run, such as MLServer reads as well: the example models with these batch settings, no logs per request. */
export async function makeFolder(options: ModelyardOptions): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'modelyard-bench-'));
  const [httpPort, metricsPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
  const settings = {
    debug: false,
    host: '127.0.0.1',
    parallel_workers: options.parallelWorkers,
    http_port: httpPort,
    metrics_port: metricsPort,
    grpc_port: grpcPort,
    cache_dir: join(tmpdir(), 'modelyard-bench-cache'),
    ...options.settings,
  };
  await writeFile(join(path, 'settings.json'), JSON.stringify(settings));
  for (const name of options.models ?? ['mnist-svm', 'mushroom-xgboost']) {
    const source = join(ROOT, 'models', name);
    const model = JSON.parse(await readFile(join(source, 'model-settings.json'), 'utf8'));
    model.parameters.uri = join(source, name === 'mnist-svm' ? 'model.joblib' : 'model.json');
    model.max_batch_size = options.maxBatchSize;
    model.max_batch_time = options.maxBatchTimeSeconds;
    await mkdir(join(path, name));
    await writeFile(join(path, name, 'model-settings.json'), JSON.stringify(model));
  }
  for (const [file, content] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return { path, httpPort, metricsPort, grpcPort };
}

function underTest(
  { path, httpPort, metricsPort, grpcPort }: Folder,
  child: ChildProcess,
  startedAt: number,
): WholeServer {
  return {
    startedAt,
    url: `http://127.0.0.1:${httpPort}/v2/models/mnist-svm/infer`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    pid: child.pid!,
    grpcPort,
    async stop() {
      await end(child);
      await rm(path, { recursive: true, force: true });
    },
  };
}

export async function startModelyard(options: ModelyardOptions): Promise<WholeServer> {
  const folder = await makeFolder(options);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...MODELYARD, 'start', folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await waitForOutput(child, text => text.includes('HTTP server running'));
  return underTest(folder, child, startedAt);
}

/** Waits until the first load of models has ended. */
export async function untilReady({ url }: ServerUnderTest): Promise<void> {
  while (!(await fetch(new URL('/v2/health/ready', url))).ok) await delay(10);
}

/** fastify with a constant answer: limit-server.ts. */
export async function startLimit(): Promise<ServerUnderTest> {
  const { child, port } = await startScript('limit-server.js');
  return {
    url: `http://127.0.0.1:${port}/v2/models/limit/infer`,
    metricsUrl: undefined,
    pid: child.pid!,
    stop: () => end(child),
  };
}

/** grpc-js with a constant answer: grpc-echo-server.ts. */
export async function startGrpcEcho(): Promise<{ readonly grpcPort: number; stop(): Promise<void> }> {
  const { child, port } = await startScript('grpc-echo-server.js');
  return { grpcPort: port, stop: () => end(child) };
}

/** One of our scripts that print their port. */
async function startScript(name: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/bench', name)], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, port: Number((await waitForOutput(child, text => text.includes('\n'))).trim()) };
}

/** Resolves with all output so far; what follows is read and dropped. */
function waitForOutput(child: ChildProcess, enough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk;
      if (enough(text)) resolve(text);
    });
    child.on('exit', code => reject(new Error(`the server ended with code ${code}: ${text}`)));
  });
}

/** By force when it takes long. */
export function end(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.on('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

export interface ProcessUse {
  /** Seconds of processor time since the start. */
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

/** What the process has used, as Linux tells. */
export async function processUse(pid: number): Promise<ProcessUse> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rss = /VmRSS:\s+(\d+) kB/.exec(status);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssMb: Number(rss?.[1] ?? 0) / 1024,
  };
}

export interface BatchCounts {
  readonly batches: number;
  readonly rows: number;
  /** 99th percentile since the last look. */
  readonly lagMs: number;
}

export async function batchCounts(server: ServerUnderTest): Promise<BatchCounts | undefined> {
  if (server.metricsUrl === undefined) return undefined;
  const text = await (await fetch(server.metricsUrl)).text();
  const sum = (name: string) => {
    const pattern = new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)$`, 'gm');
    return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  };
  return {
    batches: sum('modelyard_batch_rows_count'),
    rows: sum('modelyard_batch_rows_sum'),
    lagMs: sum('nodejs_eventloop_lag_p99_seconds') * 1000,
  };
}
