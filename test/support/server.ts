import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ParameterValue } from '../../src/core/tensor.js';
import { createLogger } from '../../src/logging/logger.js';
import { InferenceServer, type ServerOptions } from '../../src/server.js';
import { Environment } from '../../src/settings/env.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import { exchange, type HttpAnswer, type HttpQuestion, RawConnection } from './http.js';
import type { Lifetime } from './lifetime.js';
import { type LogLine, LogLines } from './log-lines.js';
import { temporaryFolder, writeFile } from './temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Converted models, kept from test to test; the folder goes with the build that made them. */
export const SHARED_CACHE = join(ROOT, 'dist/test-cache');

export type ExampleModel = 'mnist-svm' | 'mushroom-xgboost';
const FILES: Record<ExampleModel, string> = { 'mnist-svm': 'model.joblib', 'mushroom-xgboost': 'model.json' };

/** The files of a folder with example models, by path; `settings` are put over a model's own. */
export function exampleModels(models: Partial<Record<ExampleModel, object>>): Record<string, unknown> {
  const files: Record<string, unknown> = {};
  for (const [name, settings] of Object.entries(models)) {
    Object.assign(files, exampleModel(`models/${name}`, name as ExampleModel, settings));
  }
  return files;
}

/** The files of one example model in a folder of its own, by path; `settings` are put over its own. */
export function exampleModel(folder: string, example: ExampleModel, settings: object = {}): Record<string, unknown> {
  const source = join(ROOT, 'models', example);
  const own = JSON.parse(readFileSync(join(source, 'model-settings.json'), 'utf8'));
  return {
    [`${folder}/model-settings.json`]: { ...own, ...settings },
    [`${folder}/${FILES[example]}`]: readFileSync(join(source, FILES[example])),
  };
}

export interface TestServerOptions extends Partial<Pick<ServerOptions, 'strict' | 'inferenceThread'>> {
  /** As in settings.json. Ports are free ones, on this machine's own address, unless said otherwise. */
  readonly settings?: Readonly<Record<string, ParameterValue>>;
  /** What the folder holds, by path; both example models if nothing is said. */
  readonly files?: Readonly<Record<string, unknown>>;
}

/** A whole server in this process, on a folder and ports of its own. */
export class TestServer {
  /** Port of the REST endpoint, and of the metrics. */
  readonly port: number;
  readonly metricsPort: number;

  private constructor(
    readonly server: InferenceServer,
    readonly folder: string,
    private readonly log: LogLines,
  ) {
    this.port = portOf(server, 'HTTP');
    this.metricsPort = portOf(server, 'Metrics');
  }

  /** A server that listens and has loaded its models; it stops at the end of the test. */
  static async start(t: Lifetime, options: TestServerOptions = {}): Promise<TestServer> {
    const server = await TestServer.open(t, options);
    await server.server.loaded;
    return server;
  }

  /** A server that listens; its models may still be loading. */
  static async open(t: Lifetime, { settings, files, ...options }: TestServerOptions = {}): Promise<TestServer> {
    const folder = temporaryFolder(t, files ?? exampleModels({ 'mnist-svm': {}, 'mushroom-xgboost': {} }));
    const lines = new LogLines();
    const logger = createLogger({ level: 'DEBUG', format: 'json', stream: { write: text => lines.add(text) } });
    const all = serverSettings({
      host: '127.0.0.1',
      http_port: 0,
      grpc_port: 0,
      metrics_port: 0,
      parallel_workers: 1,
      cache_dir: SHARED_CACHE,
      model_repository_root: folder,
      ...settings,
    });
    const server = await InferenceServer.start(all, { logger, environment: new Environment({}), ...options });
    t.after(() => server.stop());
    return new TestServer(server, folder, lines);
  }

  /** All lines of the log. */
  get lines(): readonly LogLine[] {
    return this.log.all;
  }

  /** What was logged. */
  get messages(): string[] {
    return this.lines.map(({ message }) => message);
  }

  /** What was logged as an error. */
  get errors(): string[] {
    return this.lines.filter(({ level }) => level === 'ERROR').map(({ message }) => message);
  }

  /** Waits until something like this has been logged. */
  logged(pattern: RegExp): Promise<LogLine> {
    return this.log.find(pattern);
  }

  /** Where an endpoint listens: 'HTTP', 'gRPC', 'Metrics'. */
  url(name: string): string {
    return this.server.endpoints.find(endpoint => endpoint.name === name)!.url;
  }

  write(path: string, content: unknown): void {
    writeFile(join(this.folder, path), content);
  }

  request(question: HttpQuestion): Promise<HttpAnswer> {
    return exchange(this.port, question);
  }

  get(path: string): Promise<HttpAnswer> {
    return this.request({ path });
  }

  /** Asks a model (`name` or `name/versions/version`); `body` is text as it is, or what becomes JSON. */
  infer(model: string, body: unknown, question: Partial<HttpQuestion> = {}): Promise<HttpAnswer> {
    return this.request({
      method: 'POST',
      path: `/v2/models/${model}/infer`,
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      ...question,
      headers: { 'content-type': 'application/json', ...question.headers },
    });
  }

  connect(): Promise<RawConnection> {
    return RawConnection.open(this.port);
  }

  metrics(): Promise<HttpAnswer> {
    return exchange(this.metricsPort, { path: '/metrics' });
  }
}

function portOf(server: InferenceServer, name: string): number {
  const endpoint = server.endpoints.find(endpoint => endpoint.name === name);
  return endpoint === undefined ? 0 : Number(new URL(endpoint.url).port);
}
