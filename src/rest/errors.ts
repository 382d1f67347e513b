import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { INTERNAL_MESSAGE, ServerError, toServerError } from '../core/errors.js';
import { httpStatus } from '../core/status.js';
import type { Logger } from '../logging/logger.js';
import { notJson } from './content-type.js';
import { sendJson } from './json-reply.js';
import { splitUrl } from './target.js';

/** The most of a path that goes into an answer. */
const SHOWN_PATH = 100;

/** Every failure as `{"error": "..."}`: ours by the one table, fastify's own by their status, all others as 500 with a fixed text. */
export function addErrorHandlers(app: FastifyInstance, logger: Logger, otherRoutes?: OtherRoutes): void {
  const routes = collectRoutes(app);
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const badType = thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
    const error = badType ? notJson(request.headers['content-type']) : thrown;
    const foreign = !(error instanceof ServerError) && typeof error.statusCode === 'number' && error.statusCode < 500;
    if (foreign) return sendError(reply, error.statusCode!, error.message);
    const known = toServerError(error);
    const status = httpStatus(known);
    if (status >= 500 && known.cause !== undefined) {
      logger.error(`${request.method} ${request.url}: ${known.message}`, { requestId: request.id, error: known.cause });
    }
    if (known.retryAfterSeconds !== undefined) reply.header('retry-after', String(known.retryAfterSeconds));
    return sendError(reply, status, status === 500 && error !== known ? INTERNAL_MESSAGE : known.message);
  });
  app.setNotFoundHandler(
    (request, reply) => otherRoutes?.answer(request, reply) ?? notFound(routes, request, reply, otherRoutes),
  );
}

/** Routes that fastify does not know, because they come and go. */
export interface OtherRoutes {
  /** Undefined when there is none for this path and method. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> | undefined;
  methods(path: string): string[];
}

/** A path that no route can be looked up for. */
export function answerBadPath({ statusCode }: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.length > SHOWN_PATH ? `${request.url.slice(0, SHOWN_PATH)}...` : request.url;
  const problem = statusCode === 414 ? 'has a name that is too long' : 'is not properly percent-encoded';
  sendError(reply, statusCode ?? 400, `the path ${path} ${problem}`);
}

/**
 * What is no HTTP, or comes too slowly, is answered on the bare connection, which ends with it; but not in the middle of the answer
 * to a request before it.
 */
export function answerBadHttp(error: ClientError, socket: HttpSocket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket._httpMessage?.headersSent) return void socket.destroy(error);
  const [status, message] = badHttp(error.code);
  const body = JSON.stringify({ error: message });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  if (socket.writable) socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
  socket.destroy(error);
}

type ClientError = Error & { readonly code: string };

/** Node has no other name for the answer that a connection is at; its own handler asks for it as well. */
type HttpSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

function badHttp(code: string): [status: number, message: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'the request did not arrive in time'];
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'the headers are too large'];
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return [413, 'the chunk extensions are too large'];
  return [400, 'the request is not valid HTTP'];
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

function notFound(
  routes: readonly Route[],
  request: FastifyRequest,
  reply: FastifyReply,
  otherRoutes: OtherRoutes | undefined,
): FastifyReply {
  const [path, query] = splitUrl(request.url);
  const methods = [...methodsOf(routes, path), ...(otherRoutes?.methods(path) ?? [])];
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
  return sendJson(reply.code(status), { error: message });
}
