import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Logger } from '../../src/logging/logger.js';
import { InferenceServer } from '../../src/server.js';
import { Environment } from '../../src/settings/env.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import type { GoldenCase } from '../support/golden.js';
import { writeFile } from '../support/temporary-folder.js';
import type { GoldenClient } from './client.js';
import { RestClient } from './rest-client.js';

/** Golden cases behind a server's real ports, as a user serves them: a folder with settings and the file for each. */
export class GoldenServer {
  /** One for every transport. */
  readonly clients: readonly GoldenClient[];

  private constructor(
    private readonly folder: string,
    private readonly server: InferenceServer,
    /** By model name: why it could not be loaded. */
    readonly failures: ReadonlyMap<string, string>,
  ) {
    const url = (transport: string) => server.endpoints.find(({ name }) => name === transport)!.url;
    this.clients = [new RestClient(url('HTTP'))];
  }

  /** Resolves when every model is loaded or refused. */
  static async start(cases: readonly GoldenCase[]): Promise<GoldenServer> {
    const folder = mkdtempSync(join(tmpdir(), 'modelyard-golden-'));
    for (const golden of cases) layOut(folder, golden);
    const failures = new Map<string, string>();
    const settings = serverSettings({
      model_repository_root: folder,
      host: '127.0.0.1',
      http_port: 0,
      grpc_port: 0,
      metrics_endpoint: '',
    });
    const server = await InferenceServer.start(settings, {
      logger: failureLog(failures),
      environment: new Environment({}),
    });
    await server.loaded;
    return new GoldenServer(folder, server, failures);
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The name that a case is served by. */
export function modelName(golden: GoldenCase): string {
  return golden.name.replace('/', ':');
}

function layOut(folder: string, golden: GoldenCase): void {
  const home = join(folder, golden.name);
  const file = basename(golden.path);
  const implementation = golden.implementation === 'onnx' ? 'modelyard.OnnxModel' : golden.implementation;
  const settings = { name: modelName(golden), implementation, parameters: { uri: `./${file}` } };
  writeFile(join(home, 'model-settings.json'), settings);
  cpSync(golden.path, join(home, file));
}

/** What a message says before the reason: which model, and its path. */
const PREAMBLE = /^[^:]*:[^:]*: (\/\S+: )?/;

/** Keeps what the log tells about models that could not be loaded, and drops the rest. */
function failureLog(failures: Map<string, string>): Logger {
  const logger: Logger = {
    debugEnabled: false,
    debug() {},
    info() {},
    warning() {},
    error(message, fields) {
      if (typeof fields?.model === 'string') failures.set(fields.model, message.replace(PREAMBLE, ''));
    },
    child: () => logger,
  };
  return logger;
}
