import type { FastifyRequest } from 'fastify';
import { ServerError } from '../core/errors.js';
import type { ModelRef } from '../core/protocol.js';

/** The path and the query of a URL; the query, undefined if there is none, may hold more question marks. */
export function splitUrl(url: string): [path: string, query: string | undefined] {
  const at = url.indexOf('?');
  return at < 0 ? [url, undefined] : [url.slice(0, at), url.slice(at + 1)];
}

interface ModelParams {
  readonly model_name: string;
  readonly model_version?: string;
}

/** The model a route names. A version may stand in the path or, on routes without one, in the query. */
export function targetOf(request: FastifyRequest): ModelRef {
  const { model_name: name, model_version: version } = request.params as ModelParams;
  if (version === '') throw new ServerError('NOT_FOUND', 'Not Found');
  if (version !== undefined) return { name, version };
  const asked = (request.query as Record<string, unknown>).model_version;
  if (asked === undefined) return { name };
  if (typeof asked === 'string') return { name, version: asked };
  throw new ServerError('INVALID_ARGUMENT', 'model_version: expected one version, got several');
}
