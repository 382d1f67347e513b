import type { TestContext } from 'node:test';
import { adaptive } from '../../src/batching/policy.js';
import { Scheduler } from '../../src/batching/scheduler.js';
import { modelScheduling } from '../../src/batching/scheduling.js';
import { systemClock } from '../../src/core/clock.js';
import type { ModelInterface } from '../../src/core/model-interface.js';
import { DataPlane } from '../../src/dataplane/dataplane.js';
import { RepositoryAdmin } from '../../src/dataplane/repository-admin.js';
import { type GrpcServer, startGrpcServer } from '../../src/grpc/server.js';
import { loadTimeout } from '../../src/lifecycle/load-watch.js';
import { ModelRegistry } from '../../src/lifecycle/model-registry.js';
import { NO_WARM_UP } from '../../src/lifecycle/warm-up.js';
import { createMetrics, type ServerMetrics } from '../../src/metrics/metrics.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import { GrpcTestClient } from './grpc-client.js';
import { MemoryRepository } from './memory-repository.js';
import { PuppetPool } from './puppet-pool.js';
import { silentLogger } from './silent-logger.js';

/** A model that takes anything and may do anything with it. */
export const FREE_MODEL: ModelInterface = {
  platform: '',
  inputs: [],
  outputs: [],
  parameters: {},
  rule: { kind: 'free' },
  sharing: 'always',
  seesParameters: false,
};

export interface PuppetServerOptions {
  /** By name: a model's settings, as in model-settings.json without `implementation`. */
  readonly models: readonly { readonly name: string; readonly [field: string]: unknown }[];
  /** Names of models that give several answers to a request. */
  readonly streaming?: readonly string[];
  readonly settings?: Parameters<typeof serverSettings>[0];
}

/** A gRPC server on a free port whose worker is a puppet; everything between them is real. */
export interface PuppetServer {
  readonly pool: PuppetPool;
  readonly repository: MemoryRepository;
  readonly admin: RepositoryAdmin;
  readonly scheduler: Scheduler;
  readonly dataPlane: DataPlane;
  readonly metrics: ServerMetrics;
  readonly server: GrpcServer;
  readonly client: GrpcTestClient;
}

export async function startPuppetServer(
  t: TestContext,
  { models, streaming = [], settings = {} }: PuppetServerOptions,
): Promise<PuppetServer> {
  const all = serverSettings({ infer_timeout: 0, ...settings });
  const pool = new PuppetPool();
  pool.onLoad = async (_worker, { name }) => ({
    ok: true,
    model: { ...FREE_MODEL, streams: streaming.includes(name) },
  });
  const repository = new MemoryRepository();
  const metrics = createMetrics({
    clock: systemClock,
    restPrefix: 'rest_server',
    queueDepths: () => scheduler.depths(),
    models: () => registry.versions(),
  });
  const { telemetry } = metrics;
  const scheduler: Scheduler = new Scheduler({
    pool,
    clock: systemClock,
    telemetry,
    policy: adaptive,
    slotsPerWorker: 1,
  });
  const registry: ModelRegistry = new ModelRegistry({
    pool,
    scheduler,
    telemetry,
    prepare: async () => ({ kind: 'plan', file: '' }),
    planWarmUp: async () => NO_WARM_UP,
    clock: systemClock,
    loadTimeoutMs: loadTimeout(all),
    schedule: modelScheduling(all),
  });
  await registry.workerJoined(0);
  const dataPlane = new DataPlane({
    registry,
    scheduler,
    telemetry,
    server: { name: all.serverName, version: '1.7.1', extensions: [] },
  });
  const admin = new RepositoryAdmin({ repository, registry, logger: silentLogger });
  for (const model of models) repository.add(model);
  for (const name of new Set(models.map(model => model.name))) await admin.load({ name });
  dataPlane.phase = 'serving';
  const server = await startGrpcServer({
    dataPlane,
    repository: admin,
    clock: systemClock,
    logger: silentLogger,
    metrics: metrics.grpc,
    serverName: all.serverName,
    host: '127.0.0.1',
    port: 0,
    maxMessageBytes: all.grpcMaxMessageBytes,
    streamForm: all.grpcStreamForm,
    requestTimeoutMs: all.requestTimeoutMs,
  });
  const client = new GrpcTestClient(server.url);
  t.after(async () => {
    client.close();
    await server.close();
  });
  return { pool, repository, admin, scheduler, dataPlane, metrics, server, client };
}
