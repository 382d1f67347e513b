import type { Scheduler } from '../batching/scheduler.js';
import type { BatchShare } from '../batching/waiting.js';
import type { RequestContext } from '../core/context.js';
import { type ErrorCode, toServerError } from '../core/errors.js';
import type { InferRequest, InferResponse, ModelMetadata, ModelRef, ServerMetadata } from '../core/protocol.js';
import type { Telemetry } from '../core/telemetry.js';
import type { ModelRegistry } from '../lifecycle/model-registry.js';
import type { ModelVersion } from '../lifecycle/model-version.js';
import { compareVersions } from '../repository/version.js';
import { checkRequest } from './check-request.js';
import { decodeContent, encodeContent } from './content-types.js';
import { type CacheLimits, cacheKey, ResponseCache } from './response-cache.js';

export interface DataPlaneOptions {
  readonly registry: ModelRegistry;
  readonly scheduler: Scheduler;
  readonly telemetry: Telemetry;
  readonly server: ServerMetadata;
  /** For models whose settings ask for it; undefined: for none. */
  readonly cache?: CacheLimits;
}

const byName = new Intl.Collator('en', { numeric: true });

/** 'starting' until the first load has finished, 'stopping' from the signal on; what still comes then is answered all the same. */
export type ServerPhase = 'starting' | 'serving' | 'stopping';

/** What every transport speaks to: the protocol's operations on plain values. Failures are ServerErrors. */
export class DataPlane {
  private current: ServerPhase = 'starting';
  /** They go with the generation of the model that answered. */
  private readonly caches = new WeakMap<ModelVersion, ResponseCache>();
  private readonly phaseListeners = new Set<() => void>();
  private readonly conditions: (() => boolean)[] = [];

  constructor(private readonly options: DataPlaneOptions) {}

  get phase(): ServerPhase {
    return this.current;
  }

  set phase(phase: ServerPhase) {
    this.current = phase;
    this.tellListeners();
  }

  /** Calls `changed` whenever the phase or what `ready` says may have changed, until the function that it answers is called. */
  onPhase(changed: () => void): () => void {
    this.phaseListeners.add(changed);
    return () => void this.phaseListeners.delete(changed);
  }

  async infer(context: RequestContext, target: ModelRef, request: InferRequest): Promise<InferResponse> {
    let version: ModelVersion | undefined;
    let failure: ErrorCode | undefined;
    try {
      version = this.acquire(context, target);
      const { name, version: modelVersion, settings } = version.spec;
      const model = version.model!;
      const decoded = decodeContent(request, model, settings);
      checkRequest(model, decoded);
      const { outputs: made, parameters } = await this.answer(context, version, decoded);
      const outputs = encodeContent(made, request, model, settings);
      return { id: request.id, modelName: name, modelVersion, parameters, outputs };
    } catch (error) {
      const known = toServerError(error);
      failure = known.code;
      throw known;
    } finally {
      version?.release();
      this.options.telemetry.requestDone(context, version?.label, failure);
    }
  }

  /**
   * The answers of a model that streams, each made when it is asked for; of any other model the one of `infer`. Failures may come at
   * any time. The caller must read to the end, or call `return`.
   */
  async *inferStream(
    context: RequestContext,
    target: ModelRef,
    request: InferRequest,
  ): AsyncGenerator<InferResponse, undefined> {
    if (!this.streams(target)) {
      yield await this.infer(context, target, request);
      return;
    }
    let version: ModelVersion | undefined;
    let failure: ErrorCode | undefined;
    try {
      version = this.acquire(context, target);
      checkRequest(version.model!, request);
      const { name, version: modelVersion } = version.spec;
      const shares = this.options.scheduler.stream(context, version.scheduled!, request);
      for await (const { outputs, parameters } of shares) {
        yield { id: request.id, modelName: name, modelVersion, parameters, outputs };
      }
    } catch (error) {
      const known = toServerError(error);
      failure = known.code;
      throw known;
    } finally {
      version?.release();
      failure ??= context.cancelled ? 'CANCELLED' : undefined;
      this.options.telemetry.requestDone(context, version?.label, failure);
    }
  }

  serverMetadata(): ServerMetadata {
    return this.options.server;
  }

  ready(): boolean {
    return this.phase === 'serving' && this.conditions.every(holds => holds());
  }

  /** One more condition of `ready`. Call the function that it answers whenever the condition may have changed. */
  readyWhen(holds: () => boolean): () => void {
    this.conditions.push(holds);
    return () => this.tellListeners();
  }

  /** Throws NOT_FOUND. */
  modelReady(target: ModelRef): boolean {
    return this.options.registry.find(target).state === 'ready' && this.phase !== 'stopping';
  }

  /** Every model version that can be asked, by name; of each model the newest first. */
  servedModels(): ModelRef[] {
    const served: ModelRef[] = [];
    for (const { state, spec } of this.options.registry.versions()) {
      if (state === 'ready') served.push({ name: spec.name, version: spec.version });
    }
    return served.sort((a, b) => byName.compare(a.name, b.name) || compareVersions(b.version ?? '', a.version ?? ''));
  }

  /** What the settings say about tensors wins over what the file says. Throws NOT_FOUND, FAILED_PRECONDITION. */
  modelMetadata(target: ModelRef): ModelMetadata {
    const version = this.options.registry.acquire(target);
    try {
      const { settings } = version.spec;
      const model = version.model!;
      const { contentType } = settings.parameters;
      return {
        name: version.spec.name,
        versions: settings.versions,
        platform: settings.platform || model.platform,
        inputs: settings.inputs.length > 0 ? settings.inputs : model.inputs,
        outputs: settings.outputs.length > 0 ? settings.outputs : model.outputs,
        parameters: contentType === null ? model.parameters : { ...model.parameters, content_type: contentType },
      };
    } finally {
      version.release();
    }
  }

  /** The version that answers; the caller must release it. */
  private acquire(context: RequestContext, target: ModelRef): ModelVersion {
    const version = this.options.registry.acquire(target);
    if (context.trace !== undefined) context.trace.model = version.label;
    return version;
  }

  /** Of the cache, or of the model. */
  private async answer(context: RequestContext, version: ModelVersion, request: InferRequest): Promise<BatchShare> {
    const { scheduler, telemetry } = this.options;
    const scheduled = version.scheduled!;
    const cache = this.cacheOf(version);
    if (cache === undefined) return scheduler.submit(context, scheduled, request);
    const key = cacheKey(context, scheduled, request);
    const known = cache.get(key);
    telemetry.cacheAsked(version.label, known !== undefined);
    if (known !== undefined) return known;
    const share = await scheduler.submit(context, scheduled, request);
    cache.put(key, share);
    return share;
  }

  private cacheOf(version: ModelVersion): ResponseCache | undefined {
    const { cache: limits } = this.options;
    if (limits === undefined || !version.spec.settings.cacheEnabled) return undefined;
    let cache = this.caches.get(version);
    if (cache === undefined) {
      cache = new ResponseCache(limits);
      this.caches.set(version, cache);
    }
    return cache;
  }

  private tellListeners(): void {
    for (const listener of this.phaseListeners) listener();
  }

  private streams(target: ModelRef): boolean {
    try {
      return this.options.registry.find(target).model?.streams === true;
    } catch {
      // `infer` says why.
      return false;
    }
  }
}
