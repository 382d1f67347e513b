import type { FastifyInstance } from 'fastify';
import { ServerError } from '../core/errors.js';
import type { IndexFilter, RepositoryAdmin } from '../dataplane/repository-admin.js';
import { boolean } from '../settings/field-types.js';
import { describe } from '../settings/settings-error.js';

interface ModelParams {
  readonly model_name: string;
}

/** The repository extension of the V2 protocol. */
export function addRepositoryRoutes(app: FastifyInstance, repository: RepositoryAdmin): void {
  app.post('/v2/repository/index', async (request, reply) => {
    const items = await repository.index(readFilter(request.body as Buffer | undefined));
    return reply.type('application/json').send(JSON.stringify(items));
  });
  app.post('/v2/repository/models/:model_name/load', async (request, reply) => {
    await repository.load((request.params as ModelParams).model_name);
    return reply.send();
  });
  app.post('/v2/repository/models/:model_name/unload', async (request, reply) => {
    await repository.unload((request.params as ModelParams).model_name);
    return reply.send();
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
