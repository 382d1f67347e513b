import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.js';
import { RequestContext } from '../core/context.js';
import { ServerError } from '../core/errors.js';
import type { ModelRef } from '../core/protocol.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { CloudEventHeaders } from './cloud-events.js';
import { decodeInferRequest, encodeInferResponse } from './infer-json.js';

export interface RouteOptions {
  readonly dataPlane: DataPlane;
  readonly clock: Clock;
  readonly cloudEvents: CloudEventHeaders;
  /** From arrival to answer; 0 for no limit. */
  readonly requestTimeoutMs: number;
}

const JSON_TYPE = 'application/json';

interface ModelParams {
  readonly model_name: string;
  readonly model_version?: string;
}

/** The V2 routes: bytes to values, the data plane, values to bytes. */
export function addRoutes(app: FastifyInstance, options: RouteOptions): void {
  const { dataPlane } = options;

  app.get('/v2', (_request, reply) => reply.type(JSON_TYPE).send(JSON.stringify(dataPlane.serverMetadata())));
  app.get('/v2/health/live', (_request, reply) => reply.send());
  app.get('/v2/health/ready', (_request, reply) => reply.code(readyStatus(dataPlane)).send());

  for (const model of ['/v2/models/:model_name', '/v2/models/:model_name/versions/:model_version']) {
    app.get(model, (request, reply) => {
      const metadata = dataPlane.modelMetadata(targetOf(request));
      return reply.type(JSON_TYPE).send(JSON.stringify(metadata));
    });
    app.get(`${model}/ready`, (request, reply) => {
      const ready = dataPlane.modelReady(targetOf(request));
      return reply.code(ready ? 200 : dataPlane.phase === 'stopping' ? 503 : 400).send();
    });
    for (const method of ['infer', 'generate']) {
      app.post(`${model}/${method}`, (request, reply) => infer(request, reply, options));
    }
  }
}

async function infer(request: FastifyRequest, reply: FastifyReply, options: RouteOptions): Promise<FastifyReply> {
  const context = contextOf(request, reply, options);
  const decoded = decodeInferRequest(request.body as Buffer);
  const asked = decoded.id === undefined ? { ...decoded, id: randomUUID() } : decoded;
  const response = await options.dataPlane.infer(context, targetOf(request), asked);
  reply.headers(options.cloudEvents.of(response.modelName, response.id));
  return reply.type(JSON_TYPE).send(encodeInferResponse(response));
}

/** 400 while models load, as MLServer; 503 from the stop signal on, so that nobody sends more. */
function readyStatus(dataPlane: DataPlane): number {
  if (dataPlane.ready()) return 200;
  return dataPlane.phase === 'stopping' ? 503 : 400;
}

/** A version may stand in the path or, on routes without one, in the query. */
function targetOf(request: FastifyRequest): ModelRef {
  const { model_name: model, model_version: version } = request.params as ModelParams;
  if (version !== undefined) return { name: model, version };
  const asked = (request.query as Record<string, unknown>).model_version;
  if (asked === undefined) return { name: model };
  if (typeof asked !== 'string')
    throw new ServerError('INVALID_ARGUMENT', 'model_version: expected one version, got several');
  return { name: model, version: asked };
}

function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { clock, requestTimeoutMs }: RouteOptions,
): RequestContext {
  const now = clock.now();
  const deadline = requestTimeoutMs > 0 ? now + requestTimeoutMs : Number.POSITIVE_INFINITY;
  const context = new RequestContext(request.id, deadline, request.headers as Record<string, string>);
  context.timings.received = now;
  const { raw } = reply;
  raw.on('close', () => {
    if (!raw.writableFinished) context.cancel();
  });
  return context;
}
