import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { INTERNAL_MESSAGE, ServerError, toServerError } from '../core/errors.js';
import { httpStatus } from '../core/status.js';
import type { Logger } from '../logging/logger.js';

/** Every failure as `{"error": "..."}`: ours by the one table, fastify's own by their status, all others as 500 with a fixed text. */
export function addErrorHandlers(app: FastifyInstance, logger: Logger): void {
  const routes = collectRoutes(app);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const foreign = !(error instanceof ServerError) && typeof error.statusCode === 'number' && error.statusCode < 500;
    if (foreign) return sendError(reply, error.statusCode!, error.message);
    const known = toServerError(error);
    const status = httpStatus(known);
    if (status >= 500 && known.cause !== undefined) {
      logger.error(`${request.method} ${request.url}: ${known.message}`, { requestId: request.id, error: known.cause });
    }
    if (known.retryAfterSeconds !== undefined) reply.header('retry-after', String(known.retryAfterSeconds));
    // What is left of a refused body would be read as the next request.
    if (status === 413) reply.header('connection', 'close');
    return sendError(reply, status, status === 500 && error !== known ? INTERNAL_MESSAGE : known.message);
  });
  app.setNotFoundHandler((request, reply) => notFound(routes, request, reply));
}

interface Route {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

/** The routes that are added after this call, for telling a wrong method from a wrong path. */
function collectRoutes(app: FastifyInstance): readonly Route[] {
  const routes: Route[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const path = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:[a-z_]+/g, '[^/]+')}$`);
    routes.push({ path, methods: [method].flat() });
  });
  return routes;
}

function notFound(routes: readonly Route[], request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path, query] = request.url.split('?', 2);
  const methods = methodsOf(routes, path);
  if (methods.length > 0) {
    reply.header('allow', methods.join(', '));
    return sendError(reply, 405, `method ${request.method} is not allowed here, only ${methods.join(', ')}`);
  }
  if (path.length > 1 && path.endsWith('/') && methodsOf(routes, path.slice(0, -1)).length > 0) {
    const location = `${path.slice(0, -1)}${query === undefined ? '' : `?${query}`}`;
    return reply.code(307).header('location', location).send();
  }
  return sendError(reply, 404, 'Not Found');
}

function methodsOf(routes: readonly Route[], path: string): string[] {
  return routes.flatMap(route => (route.path.test(path) ? route.methods : []));
}

function sendError(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(JSON.stringify({ error: message }));
}
