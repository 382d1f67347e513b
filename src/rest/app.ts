import { type FastifyInstance, fastify } from 'fastify';
import { ServerError } from '../core/errors.js';
import { CloudEventHeaders } from '../dataplane/cloud-events.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { RepositoryAdmin } from '../dataplane/repository-admin.js';
import type { CorsSettings } from '../settings/server-settings.js';
import { collectBody } from './body.js';
import { Cors } from './cors.js';
import { addErrorHandlers } from './errors.js';
import type { ObserverOptions } from './observe.js';
import { addRoutes } from './routes.js';

export interface RestOptions extends ObserverOptions {
  readonly dataPlane: DataPlane;
  readonly repository: RepositoryAdmin;
  readonly serverName: string;
  readonly maxBodyBytes: number;
  /** From arrival to answer; 0 for no limit. */
  readonly requestTimeoutMs: number;
  readonly gzipEnabled: boolean;
  /** Undefined: no other origin may ask. */
  readonly corsSettings: CorsSettings | undefined;
}

/** A client has this long to send its headers, and its whole request. */
const HEADERS_TIMEOUT_MS = 20_000;
const SEND_TIMEOUT_MS = 30_000;
/** How often Node looks for connections that exceed them. */
const CHECK_INTERVAL_MS = 2_000;
const KEEP_ALIVE_MS = 65_000;
const MAX_NAME_LENGTH = 255;

/** The REST transport; `listen` is the caller's. */
export async function restApp(options: RestOptions): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: options.maxBodyBytes,
    forceCloseConnections: 'idle',
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: SEND_TIMEOUT_MS,
    },
    routerOptions: { maxParamLength: MAX_NAME_LENGTH },
    exposeHeadRoutes: true,
  });
  app.removeAllContentTypeParsers();
  // Under its own name the usual type is found at once, without being parsed.
  for (const type of ['application/json', '*']) {
    app.addContentTypeParser(type, (request, _payload, done) => {
      const refusal = contentTypeRefusal(request.headers['content-type']);
      if (refusal !== undefined) done(refusal);
      else collectBody(request.raw, options.maxBodyBytes, done);
    });
  }
  addErrorHandlers(app, options.logger);
  const cors = options.corsSettings && new Cors(options.corsSettings);
  cors?.addTo(app);
  addRoutes(app, { ...options, cors, cloudEvents: new CloudEventHeaders(options.serverName) });
  await app.ready();
  return app;
}

/** JSON under its own name, a +json name, none at all, or octet-stream (what some clients send JSON as). */
function contentTypeRefusal(contentType: string | undefined): ServerError | undefined {
  if (contentType === undefined || contentType === 'application/json') return undefined;
  const [type] = contentType.split(';', 1);
  const name = type.trim().toLowerCase();
  if (name === '' || name === 'application/json' || name.endsWith('+json') || name === 'application/octet-stream')
    return undefined;
  return new ServerError('UNPROCESSABLE', `content-type: expected application/json, got '${contentType}'`);
}
