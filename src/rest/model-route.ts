import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ModelRoutes } from '../dataplane/model-routes.js';
import { contextOf, type InferRouteOptions } from './infer-route.js';
import { splitUrl } from './target.js';

const NO_BODY = new Uint8Array();

export interface ModelRouteOptions extends InferRouteOptions {
  readonly modelRoutes: Pick<ModelRoutes, 'at' | 'call'>;
}

/** Methods that models take at a path; none when no model has it. */
export function modelMethods({ modelRoutes }: ModelRouteOptions, path: string): string[] {
  const methods = modelRoutes.at(path).map(({ method }) => method);
  return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)];
}

/** Answers by a route of a model's own; undefined when there is none for the path and method. */
export function answerByModel(
  options: ModelRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> | undefined {
  const [path, query = ''] = splitUrl(request.url);
  const { method } = request;
  const asked = method === 'HEAD' ? 'GET' : method;
  const route = options.modelRoutes.at(path).find(found => found.method === asked);
  if (route === undefined) return undefined;
  const body = (request.body as Buffer | undefined) ?? NO_BODY;
  const context = contextOf(request, reply, route.template, options);
  return options.modelRoutes.call(context, route, { method, path, query, body }).then(answer =>
    reply
      .code(answer.status)
      .headers(answer.headers)
      .send(Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength)),
  );
}
