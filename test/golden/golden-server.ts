import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { RepositoryIndexItem } from '../../src/core/protocol.js';
import type { GoldenCase } from '../support/golden.js';
import { exchange } from '../support/http.js';
import type { Lifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';
import type { GoldenClient } from './client.js';
import { GrpcClient } from './grpc-client.js';
import { RestClient } from './rest-client.js';

/** Golden cases behind a server's real ports, as a user serves them: a folder with settings and the file for each. */
export class GoldenServer {
  private constructor(
    /** One for every transport. */
    readonly clients: readonly GoldenClient[],
    /** By model name: why it could not be loaded. */
    readonly failures: ReadonlyMap<string, string>,
  ) {}

  /** Resolves when every model is loaded or refused. */
  static async start(t: Lifetime, cases: readonly GoldenCase[]): Promise<GoldenServer> {
    const files = Object.fromEntries(cases.flatMap(filesOf));
    // A cache of its own: what is asked are the converters of this very build.
    const { server, port, folder } = await TestServer.start(t, { files, settings: { cache_dir: null } });
    const grpc = server.endpoints.find(({ name }) => name === 'gRPC')!;
    const clients = [new RestClient(port), new GrpcClient(grpc.url)];
    t.after(() => {
      for (const client of clients) client.close();
    });
    return new GoldenServer(clients, await failedModels(port, folder));
  }
}

/** The name that a case is served by. */
export function modelName(golden: GoldenCase): string {
  return golden.name.replace('/', ':');
}

/** Path and content of the files that make a model of a case. */
function filesOf(golden: GoldenCase): [path: string, content: unknown][] {
  const file = basename(golden.path);
  const { implementation } = golden;
  const settings = { name: modelName(golden), implementation, parameters: { uri: `./${file}` } };
  return [
    [`${golden.name}/model-settings.json`, settings],
    [`${golden.name}/${file}`, readFileSync(golden.path)],
  ];
}

/** Why models could not be loaded, by name, as the repository's index tells it. */
async function failedModels(port: number, folder: string): Promise<Map<string, string>> {
  const { text } = await exchange(port, { method: 'POST', path: '/v2/repository/index' });
  const models = JSON.parse(text) as readonly RepositoryIndexItem[];
  const failed = models.filter(({ state }) => state !== 'READY');
  return new Map(failed.map(({ name, reason }) => [name, reason.replaceAll(`${folder}/`, '')]));
}
