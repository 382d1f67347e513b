import { type FastifyInstance, fastify } from 'fastify';
import type { Tracing } from '../core/tracing.js';
import { CloudEventHeaders } from '../dataplane/cloud-events.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { ModelRoutes } from '../dataplane/model-routes.js';
import type { RepositoryAdmin } from '../dataplane/repository-admin.js';
import type { CorsSettings } from '../settings/server-settings.js';
import { collectBody, readBody } from './body.js';
import { Cors } from './cors.js';
import { addErrorHandlers, answerBadHttp, answerBadPath } from './errors.js';
import { answerByModel, modelMethods } from './model-route.js';
import type { ObserverOptions } from './observe.js';
import { addRoutes } from './routes.js';

export interface RestOptions extends ObserverOptions {
  readonly dataPlane: DataPlane;
  readonly modelRoutes: Pick<ModelRoutes, 'at' | 'call'>;
  readonly repository: RepositoryAdmin;
  readonly serverName: string;
  readonly maxBodyBytes: number;
  /** From arrival to answer; 0 for no limit. */
  readonly requestTimeoutMs: number;
  readonly gzipEnabled: boolean;
  /** Undefined: nothing is traced. */
  readonly tracing?: Tracing;
  /** Where clients find the server behind a proxy; '' if nothing is said. */
  readonly rootPath?: string;
  /** Undefined: no other origin may ask. */
  readonly corsSettings: CorsSettings | undefined;
  /** `PATIENCE` if nothing is said. */
  readonly patience?: Patience;
}

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** To send the headers of a request. */
  readonly headersMs: number;
  /** To send a whole request. */
  readonly sendMs: number;
  /** To take something of an answer that is being sent. */
  readonly takeMs: number;
  /** Until its next request on the same connection. */
  readonly keepAliveMs: number;
  /** Between looks for connections that take longer. */
  readonly checkMs: number;
}

const PATIENCE: Patience = {
  headersMs: 20_000,
  sendMs: 30_000,
  takeMs: 60_000,
  keepAliveMs: 65_000,
  checkMs: 2_000,
};
const MAX_NAME_LENGTH = 255;

/** The REST transport; `listen` is the caller's. */
export async function restApp(options: RestOptions): Promise<FastifyInstance> {
  const { headersMs, sendMs, takeMs, keepAliveMs, checkMs } = options.patience ?? PATIENCE;
  const app = fastify({
    bodyLimit: options.maxBodyBytes,
    forceCloseConnections: 'idle',
    keepAliveTimeout: keepAliveMs,
    // Of a connection on which nothing moves; `observe` puts up with those that wait for an answer.
    connectionTimeout: takeMs,
    // Not among Node's own options: fastify would put its default over it.
    requestTimeout: sendMs,
    http: { connectionsCheckingInterval: checkMs, headersTimeout: headersMs },
    routerOptions: { maxParamLength: MAX_NAME_LENGTH },
    exposeHeadRoutes: true,
    // For the log.
    requestIdHeader: 'x-request-id',
    frameworkErrors: answerBadPath,
    clientErrorHandler: answerBadHttp,
  });
  app.removeAllContentTypeParsers();
  // Under its own name the usual type is found at once, without being parsed.
  for (const type of ['application/json', '*']) {
    app.addContentTypeParser(type, (request, _payload, done) => {
      // Models take what they like.
      if (request.is404) collectBody(request.raw, options.maxBodyBytes, done);
      else readBody(request, options.maxBodyBytes, done);
    });
  }
  const cors = options.corsSettings && new Cors(options.corsSettings);
  const common = { ...options, cors, cloudEvents: new CloudEventHeaders(options.serverName) };
  addErrorHandlers(app, options.logger, {
    answer: (request, reply) => answerByModel(common, request, reply),
    methods: path => modelMethods(common, path),
  });
  cors?.addTo(app);
  addRoutes(app, common);
  await app.ready();
  return app;
}
