import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataPlane } from '../../dataplane/dataplane.js';
import { sendCompressible } from '../compression.js';
import { targetOf } from '../target.js';
import { type DocumentedModel, type DocumentOptions, modelDocument, serverDocument } from './document.js';
import type { OpenApiDocument } from './openapi.js';
import { contentSecurityPolicy, type Page, renderPage } from './page.js';
import { modelPage, serverPage } from './pages.js';

export interface DocsOptions {
  readonly dataPlane: DataPlane;
  readonly gzipEnabled: boolean;
  /** As set; '' if clients see the server's own paths. */
  readonly rootPath?: string;
}

/** OpenAPI documents of the server and of each model, and pages of them; made anew for each request, so that they are never old. */
export function addDocsRoutes(app: FastifyInstance, options: DocsOptions): void {
  const { dataPlane } = options;
  const rootPath = normalised(options.rootPath ?? '');
  const common: DocumentOptions = { serverVersion: dataPlane.serverMetadata().version, rootPath };
  const modelOf = (request: FastifyRequest): DocumentedModel => {
    const target = targetOf(request);
    const metadata = dataPlane.modelMetadata(target);
    const versions = dataPlane.servedModels().flatMap(({ name, version }) => (name === target.name && version) || []);
    return { target, metadata, versions };
  };
  const send = (request: FastifyRequest, reply: FastifyReply, body: string) => {
    reply.header('cache-control', 'no-cache');
    return sendCompressible(request, reply, body, [], options.gzipEnabled);
  };
  const sendDocument = (request: FastifyRequest, reply: FastifyReply, document: OpenApiDocument) =>
    send(request, reply.type('application/json'), JSON.stringify(document));
  const sendPage = (request: FastifyRequest, reply: FastifyReply, page: Page) => {
    reply.header('content-security-policy', contentSecurityPolicy()).header('x-content-type-options', 'nosniff');
    return send(request, reply.type('text/html; charset=utf-8'), renderPage(page));
  };

  app.get('/v2/docs', (request, reply) => {
    const models = dataPlane.servedModels();
    return sendPage(request, reply, serverPage(serverDocument(common), rootPath, dataPlane.serverMetadata(), models));
  });
  app.get('/v2/docs/dataplane.json', (request, reply) => sendDocument(request, reply, serverDocument(common)));
  for (const path of ['/v2/models/:model_name/docs', '/v2/models/:model_name/versions/:model_version/docs']) {
    app.get(path, (request, reply) => {
      const model = modelOf(request);
      return sendPage(request, reply, modelPage(modelDocument(common, model), rootPath, model));
    });
    app.get(`${path}/dataplane.json`, (request, reply) => {
      return sendDocument(request, reply, modelDocument(common, modelOf(request)));
    });
  }
}

/** With a slash before it and none after it. */
function normalised(rootPath: string): string {
  const inner = rootPath.replaceAll(/^\/+|\/+$/g, '');
  return inner === '' ? '' : `/${inner}`;
}
