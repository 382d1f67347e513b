import type { Scheduler } from '../batching/scheduler.js';
import type { RequestContext } from '../core/context.js';
import { ServerError } from '../core/errors.js';
import type { InferRequest, ModelRef } from '../core/protocol.js';
import { type BytesColumn, bytesAt, bytesColumn } from '../core/tensor.js';
import type { ModelRegistry } from '../lifecycle/model-registry.js';

/** A route of a model's own that a path fits. */
export interface FoundRoute {
  readonly model: ModelRef;
  /** Its place among the routes of the model. */
  readonly index: number;
  readonly method: string;
  /** As the model wrote it. */
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
}

export interface RouteQuestion {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Uint8Array;
}

export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ModelRoutesOptions {
  readonly registry: ModelRegistry;
  readonly scheduler: Scheduler;
}

/** HTTP routes of the models that serve. A call goes to a worker as a stream of one answer: alone, with every limit that streams have. */
export class ModelRoutes {
  constructor(private readonly options: ModelRoutesOptions) {}

  /** All that fit a path: those with fewer names in braces first, of one model those of the version that answers by default. */
  at(path: string): FoundRoute[] {
    const { registry } = this.options;
    const found: (FoundRoute & { readonly rank: number })[] = [];
    for (const version of registry.versions()) {
      const { state, model } = version;
      const { routes = [] } = model ?? {};
      if (state !== 'ready' || routes.length === 0) continue;
      const { name, version: number } = version.spec;
      const isDefault = registry.find({ name }) === version;
      routes.forEach(({ path: template, method }, index) => {
        const params = fit(template, path);
        if (params === undefined) return;
        const rank = 2 * Object.keys(params).length + (isDefault ? 0 : 1);
        found.push({ model: { name, version: number }, index, method, template, params, rank });
      });
    }
    return found.sort((a, b) => a.rank - b.rank);
  }

  /** Rejects as inference does. */
  async call(context: RequestContext, route: FoundRoute, question: RouteQuestion): Promise<RouteAnswer> {
    const { registry, scheduler } = this.options;
    const { method, path, query, body } = question;
    const { index, params } = route;
    const version = registry.acquire(route.model);
    try {
      const request: InferRequest = {
        inputs: [{ name: 'body', datatype: 'BYTES', shape: [1], data: bytesColumn([body]) }],
        route: { index, params, method, path, query },
      };
      for await (const { outputs, parameters } of scheduler.stream(context, version.scheduled!, request)) {
        const { status, headers } = parameters as { status: number; headers: Record<string, string> };
        return { status, headers, body: bytesAt(outputs[0].data as BytesColumn, 0) };
      }
      throw new ServerError('INTERNAL', `model '${route.model.name}' gave no answer`);
    } finally {
      version.release();
    }
  }
}

/** What stands in the places of braces; undefined when the path is another. */
function fit(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    if (part.startsWith('{') && given[i] !== '') params[part.slice(1, -1)] = decodeURIComponent(given[i]);
    else if (part !== given[i]) return undefined;
  }
  return params;
}
