import type { FastifyInstance } from 'fastify';
import { ServerError } from '../core/errors.js';
import type { IndexFilter, RepositoryAdmin } from '../dataplane/repository-admin.js';
import { boolean } from '../settings/field-types.js';
import { describe } from '../settings/settings-error.js';
import { collectBody } from './body.js';
import { sendJson } from './json-reply.js';
import { targetOf } from './target.js';

const MODEL_PATHS = ['/v2/repository/models/:model_name', '/v2/repository/models/:model_name/versions/:model_version'];

export interface RepositoryRouteOptions {
  readonly repository: RepositoryAdmin;
  readonly maxBodyBytes: number;
}

/** The repository extension of the V2 protocol; a version may be named as on other routes. */
export function addRepositoryRoutes(app: FastifyInstance, { repository, maxBodyBytes }: RepositoryRouteOptions): void {
  app.post('/v2/repository/index', async (request, reply) => {
    const items = await repository.index(readFilter(request.body as Buffer | undefined));
    return sendJson(reply, items);
  });
  app.register(async routes => {
    // Bodies of load and unload are of no interest, whatever they say that they are.
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser('*', (request, _payload, done) => collectBody(request.raw, maxBodyBytes, done));
    for (const model of MODEL_PATHS) {
      routes.post(`${model}/load`, async (request, reply) => {
        await repository.load(targetOf(request));
        return reply.send();
      });
      routes.post(`${model}/unload`, async (request, reply) => {
        await repository.unload(targetOf(request));
        return reply.send();
      });
    }
  });
}

/** Some clients send no body, which asks for everything. */
function readFilter(body: Buffer | undefined): IndexFilter {
  if (body === undefined || body.byteLength === 0) return { ready: false };
  let filter: unknown;
  try {
    filter = JSON.parse(body.toString());
  } catch (cause) {
    throw new ServerError('UNPROCESSABLE', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw new ServerError('UNPROCESSABLE', `the body: expected an object, got ${describe(filter)}`);
  }
  const { ready: asked } = filter as { readonly ready?: unknown };
  const ready = boolean.convert(asked ?? false, { source: 'body' });
  if (ready === undefined) {
    throw new ServerError('UNPROCESSABLE', `ready: expected ${boolean.expected}, got ${describe(asked)}`);
  }
  return { ready };
}
