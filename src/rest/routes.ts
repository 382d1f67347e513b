import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { RepositoryAdmin } from '../dataplane/repository-admin.js';
import { readBodyOf } from './body.js';
import { isJsonType, isMsgpackType } from './content-type.js';
import { addDocsRoutes } from './docs/docs-routes.js';
import { type InferRouteOptions, inferRoute, observeUnread } from './infer-route.js';
import { sendJson } from './json-reply.js';
import { observe } from './observe.js';
import { addRepositoryRoutes } from './repository-routes.js';
import { streamRoute } from './stream-route.js';
import { targetOf } from './target.js';

export interface RouteOptions extends InferRouteOptions {
  readonly repository: RepositoryAdmin;
  readonly maxBodyBytes: number;
  /** Where clients find the server behind a proxy; '' if nothing is said. */
  readonly rootPath?: string;
}

/** The V2 routes: bytes to values, the data plane, values to bytes. */
export function addRoutes(app: FastifyInstance, options: RouteOptions): void {
  // Inference observes itself: a hook for all routes costs it more than queueing does.
  app.register(async routes => {
    routes.addHook('onRequest', (request, reply, done) => {
      observe(request, reply, request.routeOptions.url, options);
      done();
    });
    addInformation(routes, options.dataPlane);
    addRepositoryRoutes(routes, options);
    addDocsRoutes(routes, options);
  });
  for (const model of MODEL_PATHS) {
    for (const [method, handle] of INFERENCE) {
      const path = `${model}/${method}`;
      const answer = handle(path, options);
      app.route({
        method: 'POST',
        url: path,
        errorHandler: observeUnread(path, options),
        onRequest: answerEarly(answer, options.maxBodyBytes),
        handler: answer,
      });
    }
  }
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Answers in the place of fastify's later stages - parsers, validation, their async resources - which measured at 6 % of the front. */
function answerEarly(answer: Answer, maxBodyBytes: number) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    readBodyOf(isInferType, request, maxBodyBytes, (error, body) => {
      if (error !== null) return done(error);
      request.body = body;
      answer(request, reply).catch((failure: unknown) => reply.send(failure));
    });
  };
}

function isInferType(contentType: string | undefined): boolean {
  return isJsonType(contentType) || isMsgpackType(contentType);
}

const INFERENCE = [
  ['infer', inferRoute],
  ['generate', inferRoute],
  ['infer_stream', streamRoute],
  ['generate_stream', streamRoute],
] as const;

const MODEL_PATHS = ['/v2/models/:model_name', '/v2/models/:model_name/versions/:model_version'];

function addInformation(app: FastifyInstance, dataPlane: DataPlane): void {
  app.get('/v2', (_request, reply) => sendJson(reply, dataPlane.serverMetadata()));
  app.get('/v2/health/live', (_request, reply) => sendJson(reply, { live: true }));
  app.get('/v2/health/ready', (_request, reply) => {
    const ready = dataPlane.ready();
    return sendJson(reply.code(readyStatus(dataPlane, ready)), { ready });
  });
  for (const model of MODEL_PATHS) {
    app.get(model, (request, reply) => {
      const metadata = dataPlane.modelMetadata(targetOf(request));
      return sendJson(reply, metadata);
    });
    app.get(`${model}/ready`, (request, reply) => {
      const target = targetOf(request);
      const ready = dataPlane.modelReady(target);
      return sendJson(reply.code(readyStatus(dataPlane, ready)), { name: target.name, ready });
    });
  }
}

/** 400 while models load, as MLServer; 503 from the stop signal on, so that nobody sends more. */
function readyStatus(dataPlane: DataPlane, ready: boolean): number {
  if (ready) return 200;
  return dataPlane.phase === 'stopping' ? 503 : 400;
}
