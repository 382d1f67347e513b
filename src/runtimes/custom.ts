import { kindOf } from '../codecs/codec.js';
import { ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { RouteCall } from '../core/protocol.js';
import type { CustomModel, ModelSettings } from '../model-api/model.js';
import { ModelContext, runAs } from '../model-api/model-context.js';
import { modelRequest } from '../model-api/request.js';
import { type ModelRoute, RouteRequest } from '../model-api/route.js';
import { listOf, parseAs } from '../settings/field-types.js';
import { tensorMetadata } from '../settings/tensor-metadata.js';
import type { ModelLogLine, ReplicaSpec, RuntimeSpec } from '../wire/messages.js';
import { readAnswer } from './custom-answer.js';
import { modelFailure } from './custom-failure.js';
import { bodyOf, describeRoutes, readRoutes, routePrediction } from './custom-routes.js';
import { importModel } from './import-model.js';
import type { Prediction, Runtime, RuntimeRequest } from './runtime.js';
import { catchStrayErrors } from './stray-errors.js';

export type CustomSpec = Extract<RuntimeSpec, { kind: 'custom' }>;

const NEVER = new AbortController().signal;
const tensors = listOf(tensorMetadata);

/** A class or object of the user's, found in a module beside the model's settings. */
export class CustomRuntime implements Runtime {
  private constructor(
    readonly model: ModelInterface,
    private readonly instance: CustomModel,
    private readonly context: ModelContext,
    private readonly settings: ModelSettings,
    private readonly routes: readonly ModelRoute[],
  ) {}

  /** Rejects with INVALID_ARGUMENT for a module, class or method that is not there, or with what the model's `load` threw. */
  static async load(
    { key, name, version }: ReplicaSpec,
    spec: CustomSpec,
    log: (line: ModelLogLine) => void,
  ): Promise<CustomRuntime> {
    catchStrayErrors();
    const context = new ModelContext(name, version, log);
    const settings = settingsOf(name, version, spec);
    return runAs(context, async () => {
      const found = await importModel(spec, key);
      try {
        const instance = instanceOf(found, spec, settings);
        if ((await instance.load?.()) === false) {
          throw new ServerError('FAILED_PRECONDITION', `the load method of '${spec.className}' answered false`);
        }
        markReady(instance);
        const routes = readRoutes(instance.routes);
        return new CustomRuntime(describe(instance, settings, routes), instance, context, settings, routes);
      } catch (error) {
        throw modelFailure(error);
      }
    });
  }

  async predict(request: RuntimeRequest): Promise<Prediction> {
    const { instance } = this;
    if (instance.predict === undefined) throw this.noPredict();
    return this.answer(await this.run(() => instance.predict!(this.asked(request, NEVER))));
  }

  /** Whatever `predictStream` gives, checked one by one; of a model without one the answer of `predict`. */
  async *predictStream(request: RuntimeRequest, signal: AbortSignal): AsyncGenerator<Prediction> {
    const { instance } = this;
    if (request.route !== undefined) return yield await this.callRoute(request, request.route, signal);
    if (instance.predictStream === undefined) return yield await this.predict(request);
    const source = await this.run(() => iteratorOf(instance.predictStream!(this.asked(request, signal))));
    try {
      for (;;) {
        const { done, value } = await this.run(() => source.next());
        if (done) return;
        yield this.answer(value);
      }
    } finally {
      await this.run(() => source.return?.());
    }
  }

  async unload(): Promise<void> {
    await this.run(() => this.instance.unload?.());
  }

  private async callRoute(request: RuntimeRequest, call: RouteCall, signal: AbortSignal): Promise<Prediction> {
    this.checkReady();
    const asked = new RouteRequest(call, request.headers ?? {}, bodyOf(request), signal);
    const answer = await this.run(() => this.routes[call.index].handle.call(this.instance, asked));
    return { ...(await routePrediction(answer)), metricValues: this.context.takeValues() };
  }

  private checkReady(): void {
    if (this.instance.ready === false) {
      throw new ServerError('FAILED_PRECONDITION', `Model ${this.context.name} is not ready yet.`);
    }
  }

  private asked(request: RuntimeRequest, signal: AbortSignal) {
    this.checkReady();
    const { inputs } = this.model;
    return modelRequest(request, inputs, this.settings.parameters.content_type, signal);
  }

  /** Calls the model as itself; what it throws comes back as a ServerError. */
  private async run<T>(call: () => T | PromiseLike<T>): Promise<T> {
    try {
      return await runAs(this.context, call);
    } catch (error) {
      throw modelFailure(error);
    }
  }

  private answer(given: unknown): Prediction {
    try {
      return { ...readAnswer(given), metricValues: this.context.takeValues() };
    } catch (error) {
      const { message } = error as Error;
      throw new ServerError('INTERNAL', `model '${this.context.name}' gave no valid answer: ${message}`);
    }
  }

  private noPredict(): ServerError {
    return new ServerError('UNIMPLEMENTED', `model '${this.context.name}' has no method predict, only predictStream`);
  }
}

function settingsOf(name: string, version: string | undefined, { folder, settings }: CustomSpec): ModelSettings {
  const { uri, contentType, extra, others, inputs, outputs } = settings;
  return { name, version, folder, parameters: { ...others, uri, content_type: contentType, extra }, inputs, outputs };
}

function instanceOf(found: unknown, { className, module }: CustomSpec, settings: ModelSettings): CustomModel {
  const isClass = typeof found === 'function';
  if (!isClass && (typeof found !== 'object' || found === null)) {
    throw bad(`'${className}' in module '${module}': expected a class or an object, got ${kindOf(found)}`);
  }
  const instance = isClass ? new (found as new (settings: ModelSettings) => CustomModel)(settings) : found;
  for (const method of ['load', 'predict', 'predictStream', 'unload'] as const) {
    const given = (instance as CustomModel)[method];
    if (given !== undefined && typeof given !== 'function') {
      throw bad(`'${className}' in module '${module}': expected a method ${method}, got ${kindOf(given)}`);
    }
  }
  const { predict, predictStream } = instance as CustomModel;
  if (predict === undefined && predictStream === undefined) {
    throw bad(`'${className}' in module '${module}' has no method predict`);
  }
  return instance as CustomModel;
}

/** A model that finds out by itself whether it is ready, or cannot be written to, is left alone. */
function markReady(instance: CustomModel): void {
  const own = Object.getOwnPropertyDescriptor(instance, 'ready');
  if (own === undefined ? Object.isExtensible(instance) && !('ready' in instance) : own.writable) instance.ready = true;
}

function iteratorOf(answers: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const iterable = Object(answers) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new ServerError('INTERNAL', `predictStream: expected an async iterable of answers, got ${kindOf(answers)}`);
}

function describe(instance: CustomModel, settings: ModelSettings, routes: readonly ModelRoute[]): ModelInterface {
  const source = `model '${settings.name}'`;
  return {
    platform: '',
    inputs: parseAs(tensors, instance.inputs ?? settings.inputs, { source, field: 'inputs' }),
    outputs: parseAs(tensors, instance.outputs ?? settings.outputs, { source, field: 'outputs' }),
    parameters: {},
    rule: { kind: 'free' },
    sharing: 'asked',
    seesParameters: true,
    streams: instance.predictStream !== undefined,
    routes: describeRoutes(routes),
  };
}

function bad(problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', problem);
}
