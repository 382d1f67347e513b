import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RepositoryIndexItem } from '../../src/core/protocol.js';
import { createLogger } from '../../src/logging/logger.js';
import { InferenceServer } from '../../src/server.js';
import { Environment } from '../../src/settings/env.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import type { GoldenCase } from '../support/golden.js';
import { writeFile } from '../support/temporary-folder.js';
import type { GoldenClient } from './client.js';
import { GrpcClient } from './grpc-client.js';
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
    this.clients = [new RestClient(urlOf(server, 'HTTP')), new GrpcClient(new URL(urlOf(server, 'gRPC')).host)];
  }

  /** Resolves when every model is loaded or refused. */
  static async start(cases: readonly GoldenCase[]): Promise<GoldenServer> {
    const folder = mkdtempSync(join(tmpdir(), 'modelyard-golden-'));
    for (const golden of cases) layOut(folder, golden);
    const settings = serverSettings({
      model_repository_root: folder,
      host: '127.0.0.1',
      http_port: 0,
      grpc_port: 0,
      metrics_endpoint: '',
    });
    const logger = createLogger({ level: 'ERROR', format: 'text', stream: { write() {} } });
    const server = await InferenceServer.start(settings, { logger, environment: new Environment({}) });
    await server.loaded;
    return new GoldenServer(folder, server, await failedModels(urlOf(server, 'HTTP'), folder));
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

function urlOf(server: InferenceServer, transport: string): string {
  const endpoint = server.endpoints.find(({ name }) => name === transport);
  if (endpoint === undefined) throw new Error(`the server does not listen for ${transport}`);
  return endpoint.url;
}

/** Why models could not be loaded, by name, as the repository's index tells it. */
async function failedModels(url: string, folder: string): Promise<Map<string, string>> {
  const response = await fetch(`${url}/v2/repository/index`, { method: 'POST' });
  const models = (await response.json()) as readonly RepositoryIndexItem[];
  const failed = models.filter(({ state }) => state !== 'READY');
  return new Map(failed.map(({ name, reason }) => [name, reason.replaceAll(`${folder}/`, '')]));
}
