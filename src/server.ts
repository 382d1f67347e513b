import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { adaptive } from './batching/policy.js';
import { Scheduler } from './batching/scheduler.js';
import { modelScheduling } from './batching/scheduling.js';
import { systemClock } from './core/clock.js';
import { ServerError, stopping } from './core/errors.js';
import type { Telemetry } from './core/telemetry.js';
import type { Tracing } from './core/tracing.js';
import { checkRequest } from './dataplane/check-request.js';
import { DataPlane } from './dataplane/dataplane.js';
import { ModelRoutes } from './dataplane/model-routes.js';
import { RepositoryAdmin } from './dataplane/repository-admin.js';
import { startGrpcServer } from './grpc/server.js';
import { loadRepository } from './lifecycle/load-repository.js';
import { loadTimeout } from './lifecycle/load-watch.js';
import { ModelRegistry } from './lifecycle/model-registry.js';
import { prepareWith } from './lifecycle/prepare.js';
import { RepositoryWatcher } from './lifecycle/repository-watcher.js';
import { warmUpWith } from './lifecycle/warm-up.js';
import type { Logger } from './logging/logger.js';
import { loggingTelemetry } from './logging/logging-telemetry.js';
import { modelLog } from './logging/model-log.js';
import { KafkaMetrics } from './metrics/kafka-metrics.js';
import { createMetrics, type ServerMetrics } from './metrics/metrics.js';
import { startMetricsServer } from './metrics/metrics-server.js';
import { ConvertPool } from './pool/convert-pool.js';
import { InlinePool } from './pool/inline-pool.js';
import { PiscinaPool } from './pool/piscina-pool.js';
import { SplitPool } from './pool/split-pool.js';
import type { WorkerPool } from './pool/worker-pool.js';
import { openRepository } from './repository/open-repository.js';
import { openRemoteStore } from './repository/remote/open-store.js';
import { RemoteStates } from './repository/remote/remote-states.js';
import type { ModelRepository } from './repository/repository.js';
import { VersionStates } from './repository/version-states.js';
import { decodeInferRequest } from './rest/infer-json.js';
import { readMessageBody, writeMessageBody } from './rest/message-body.js';
import { startRestServer } from './rest/rest-server.js';
import { ReplicaHost } from './runtimes/replica-host.js';
import { cacheFolder } from './settings/cache-folder.js';
import type { Environment } from './settings/env.js';
import type { ServerSettings } from './settings/server-settings.js';
import { openTracing } from './tracing/open-tracing.js';

export interface ServerOptions {
  readonly logger: Logger;
  readonly environment: Environment;
  /** Give up when any model cannot be loaded. */
  readonly strict?: boolean;
  /** The file of the inference threads in place of our own, for tests of what happens when one misbehaves. */
  readonly inferenceThread?: string;
}

export interface Endpoint {
  readonly name: string;
  readonly url: string;
}

/** What takes requests from clients. */
interface Transport {
  /** Takes no more, and settles when all that came has been answered. */
  close(): Promise<void>;
  cut(): void;
}

const INFERENCE_THREAD = fileURLToPath(new URL('../workers/inference.js', import.meta.url));
const CONVERT_THREAD = fileURLToPath(new URL('../workers/convert.js', import.meta.url));
const BUILD_ID = new URL('../build-id', import.meta.url);

/** Shares of the time for a stop: after the first those who still wait are refused, after the second connections are cut. */
const DRAIN_SHARE = 0.8;
const REFUSE_SHARE = 0.1;

/**
 * All parts of a server, made and joined here and nowhere else. Ports are open while models load; `ready` turns true after the
 * first load. Stop order: not ready -> transports close as their last requests are answered -> workers -> metrics last.
 */
export class InferenceServer {
  readonly dataPlane: DataPlane;
  private readonly registry: ModelRegistry;
  private readonly scheduler: Scheduler;
  private readonly pool: WorkerPool;
  private readonly convertPool: ConvertPool;
  private readonly repository: ModelRepository;
  private readonly watcher: RepositoryWatcher;
  private readonly metrics: ServerMetrics;
  private readonly transports: Transport[] = [];
  private readonly closers: (() => Promise<unknown>)[] = [];
  private readonly opened: Endpoint[] = [];
  /** Settles when the first load has ended; rejects when a model cannot be loaded and that is not to be put up with. */
  loaded: Promise<void> = Promise.resolve();

  private constructor(
    private readonly settings: ServerSettings,
    private readonly options: ServerOptions,
    cache: string,
  ) {
    const clock = systemClock;
    const metrics = createMetrics({
      clock,
      restPrefix: settings.metricsRestServerPrefix,
      queueDepths: () => this.scheduler.depths(),
      models: () => this.registry.versions(),
    });
    const telemetry: Telemetry = loggingTelemetry(options.logger, metrics.telemetry);
    this.metrics = metrics;
    const log = modelLog(options.logger);
    const front = new InlinePool(new ReplicaHost(log));
    const threads = { workers: settings.parallelWorkers, filename: options.inferenceThread ?? INFERENCE_THREAD, log };
    this.pool = settings.parallelWorkers === 0 ? front : new SplitPool(new PiscinaPool(threads), front);
    this.convertPool = new ConvertPool({
      filename: CONVERT_THREAD,
      cacheFolder: cache,
      buildId: readFileSync(BUILD_ID, 'utf8'),
      timeoutMs: settings.conversionTimeoutMs,
      memoryMb: settings.conversionMemoryMb,
    });
    this.scheduler = new Scheduler({
      pool: this.pool,
      clock,
      telemetry,
      policy: adaptive,
      slotsPerWorker: settings.batchSlotsPerWorker,
    });
    const store = openRemoteStore(settings, cache, message => options.logger.warning(message));
    this.registry = new ModelRegistry({
      pool: this.pool,
      scheduler: this.scheduler,
      clock,
      telemetry,
      prepare: prepareWith(this.convertPool, store),
      planWarmUp: warmUpWith({ enabled: settings.warmUp, decode: decodeInferRequest, check: checkRequest }),
      schedule: modelScheduling(settings),
      loadTimeoutMs: loadTimeout(settings),
    });
    this.repository = openRepository(settings, options.environment);
    this.watcher = new RepositoryWatcher({
      repository: this.repository,
      registry: this.registry,
      states: new VersionStates(new RemoteStates(store, clock, settings.remoteModelPollMs)),
      logger: options.logger,
      clock,
      pollMs: settings.modelRepositoryPollMs,
    });
    this.dataPlane = new DataPlane({
      registry: this.registry,
      scheduler: this.scheduler,
      telemetry,
      cache: settings.cacheEnabled ? { entries: settings.cacheSize, bytes: settings.cacheMaxBytes } : undefined,
      server: { name: settings.serverName, version: settings.serverVersion, extensions: settings.extensions },
    });
  }

  /** Opens the ports and begins to load the models. Rejects when a port cannot be had. */
  static async start(settings: ServerSettings, options: ServerOptions): Promise<InferenceServer> {
    const server = new InferenceServer(settings, options, await cacheFolder(settings));
    try {
      await server.open();
    } catch (error) {
      await server.stop();
      throw error;
    }
    server.loaded = server.load();
    server.loaded.catch(() => {});
    return server;
  }

  /** What it listens with. */
  get endpoints(): readonly Endpoint[] {
    return this.opened;
  }

  /** Answers everything that was sent, as far as there is time, and closes. */
  async stop(): Promise<void> {
    const { shutdownTimeoutMs } = this.settings;
    const limit = (share: number) => delay(shutdownTimeoutMs * share, undefined, { ref: false });
    this.dataPlane.phase = 'stopping';
    this.watcher.stop();
    this.registry.stop();
    const drained = this.drain();
    await Promise.race([drained, limit(DRAIN_SHARE)]);
    this.scheduler.refuseWaiting(stopping());
    await Promise.race([drained, limit(REFUSE_SHARE)]);
    await this.close();
  }

  private async drain(): Promise<void> {
    await Promise.all(this.transports.map(transport => transport.close()));
    await this.scheduler.idle();
  }

  private async open(): Promise<void> {
    const { settings, options, metrics } = this;
    const { host, metricsEndpoint: endpoint } = settings;
    if (endpoint) {
      const server = await startMetricsServer({
        host,
        port: settings.metricsPort,
        endpoint,
        registry: metrics.registry,
      });
      this.closers.push(() => server.close());
      this.opened.push({ name: 'Metrics', url: server.url });
    }
    this.pool.start({
      joined: worker => void this.registry.workerJoined(worker),
      lost: (worker, reason) => this.registry.workerLost(worker, reason),
    });
    this.closers.push(
      () => this.pool.close(),
      () => this.convertPool.close(),
    );

    const tracing = await openTracing(settings, options.logger);
    if (tracing !== undefined) this.closers.push(() => tracing.close());

    const common = {
      dataPlane: this.dataPlane,
      repository: new RepositoryAdmin({
        repository: this.repository,
        registry: this.registry,
        logger: options.logger,
      }),
      clock: systemClock,
      serverName: settings.serverName,
      requestTimeoutMs: settings.requestTimeoutMs,
      tracing,
      host,
    };
    const rest = await startRestServer({
      ...common,
      modelRoutes: new ModelRoutes({ registry: this.registry, scheduler: this.scheduler }),
      port: settings.httpPort,
      logger: options.logger.child('rest'),
      metrics: metrics.rest,
      maxBodyBytes: settings.maxBodyBytes,
      gzipEnabled: settings.gzipEnabled,
      rootPath: settings.rootPath,
      corsSettings: settings.cors ?? undefined,
    });
    this.transports.push(rest);
    this.opened.push({ name: 'HTTP', url: rest.url });
    const grpc = await startGrpcServer({
      ...common,
      port: settings.grpcPort,
      logger: options.logger.child('grpc'),
      metrics: metrics.grpc,
      maxMessageBytes: settings.grpcMaxMessageBytes,
      streamForm: settings.grpcStreamForm,
    });
    this.transports.push(grpc);
    this.opened.push({ name: 'gRPC', url: grpc.url });
    if (settings.kafkaEnabled) await this.openKafka(tracing);
  }

  private async openKafka(tracing: Tracing | undefined): Promise<void> {
    const { dataPlane, settings, options, metrics } = this;
    // Most servers have no use for it, and start without it sooner.
    const { startKafka } = await import('./kafka/start-kafka.js');
    const bridge = startKafka({
      dataPlane,
      clock: systemClock,
      logger: options.logger.child('kafka'),
      metrics: new KafkaMetrics(metrics.registry),
      tracing,
      settings,
      readBody: readMessageBody,
      writeBody: writeMessageBody,
    });
    this.transports.push(bridge);
  }

  private async load(): Promise<void> {
    const { settings, options } = this;
    const watched = settings.modelRepositoryPollMs > 0;
    const listing = settings.loadModelsAtStartup || watched ? await this.repository.list() : undefined;
    if (listing !== undefined && watched) await this.watcher.remember(listing);
    if (listing !== undefined && settings.loadModelsAtStartup) {
      const { registry, watcher } = this;
      const failed = await loadRepository(listing, registry, options.logger, (...what) => watcher.loadFailed(...what));
      if (options.strict && failed.length > 0) {
        throw new ServerError(
          'FAILED_PRECONDITION',
          `--strict: ${failed.length} of the models cannot be loaded: ${failed.join('; ')}`,
        );
      }
    }
    if (this.dataPlane.phase === 'starting') this.dataPlane.phase = 'serving';
    if (watched) this.watcher.start();
  }

  /** In the reverse order of opening. */
  private async close(): Promise<void> {
    for (const transport of this.transports) transport.cut();
    for (const close of this.closers.splice(0).reverse()) {
      await close().catch((error: unknown) => this.options.logger.error('While stopping', { error }));
    }
  }
}
