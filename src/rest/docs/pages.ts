import type { ModelRef, ServerMetadata, TensorMetadata } from '../../core/protocol.js';
import { type DocumentedModel, fillPath, titleOf } from './document.js';
import { Html, html } from './html.js';
import { type Example, type Method, type OpenApiDocument, type Operation, resolve } from './openapi.js';
import { operationView } from './operation-view.js';
import type { Page } from './page.js';
import { code, tableOf } from './table.js';

const PRODUCT = 'Modelyard';
const SERVER_DOCS = '/v2/docs';
const MODEL_DOCS = '/v2/models/{model_name}/docs';
const VERSION_DOCS = '/v2/models/{model_name}/versions/{model_version}/docs';

/** The server, its models, and all routes. `models`: those that can be asked. */
export function serverPage(
  document: OpenApiDocument,
  rootPath: string,
  server: ServerMetadata,
  models: readonly ModelRef[],
): Page {
  const rows = models.map(({ name, version }) => {
    return [html`<a href="${rootPath + docsPath(name, version)}">${name}</a>`, version];
  });
  const head = html`<p class="quiet">${PRODUCT} API Docs</p>
<h1>${server.name}</h1>
<p class="quiet">Version ${server.version}</p>`;
  const list = html`<section aria-labelledby="models">
<h2 id="models">Models that serve</h2>
${models.length > 0 ? tableOf(['Name', 'Version'], rows) : html`<p>None yet.</p>`}
</section>`;
  return page(`${PRODUCT} API Docs`, document, rootPath, SERVER_DOCS, head, list);
}

/** A model: its facts, its tensors, and its routes with the example filled in. */
export function modelPage(document: OpenApiDocument, rootPath: string, model: DocumentedModel): Page {
  const { target, metadata, versions } = model;
  const title = `${PRODUCT} API Docs - ${titleOf(target)}`;
  const others = versions.filter(version => version !== target.version);
  const links = others.map(version => html` <a href="${rootPath + docsPath(target.name, version)}">${version}</a>`);
  const head = html`<p><a href="${rootPath}${SERVER_DOCS}">All models</a></p>
<h1>${titleOf(target)}</h1>
${links.length > 0 && html`<p>${target.version === undefined ? 'Versions' : 'Other versions'}:${links}</p>`}`;
  const facts = Object.entries({
    ...(metadata.platform !== '' && { platform: metadata.platform }),
    ...metadata.parameters,
  });
  const about = html`${tensorSection('Inputs', 'The model does not say what it takes.', metadata.inputs)}
${tensorSection('Outputs', 'The model does not say what it gives.', metadata.outputs)}
${facts.length > 0 && factSection(facts)}`;
  const path = target.version === undefined ? MODEL_DOCS : VERSION_DOCS;
  return page(title, document, rootPath, fillPath(path, target), head, about);
}

function page(title: string, document: OpenApiDocument, rootPath: string, path: string, head: Html, about: Html): Page {
  const sections = document.tags.map(({ name, description }) => {
    const operations = operationsOf(document, name);
    return (
      operations.length > 0 &&
      html`<section aria-labelledby="${name}">
<h2 id="${name}">${name}</h2>
<p class="quiet">${description}</p>
${operations.map(([path, method, operation]) => operationView(document, rootPath, path, method, operation))}
</section>
`
    );
  });
  const body = html`<header>
${head}
<p><a href="${rootPath}${path}/dataplane.json">OpenAPI document</a></p>
</header>
<main>
${about}
${sections}
<p class="quiet" id="run-hint">Ctrl and Enter in a request run it.</p>
</main>
<noscript><p>Running requests needs JavaScript.</p></noscript>
<script type="application/json" id="examples">${examplesJson(document)}</script>`;
  return { title, body };
}

function operationsOf(document: OpenApiDocument, tag: string): [path: string, method: Method, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]): [string, Method, Operation] => [path, method as Method, operation]),
  );
}

function tensorSection(title: string, unknown: string, tensors: readonly TensorMetadata[]): Html {
  const rows = tensors.map(({ name, datatype, shape, parameters }) => [
    code(name),
    datatype,
    code(`[${shape.join(', ')}]`),
    JSON.stringify(parameters),
  ]);
  const known = tensors.length > 0;
  return html`<section aria-labelledby="${title}">
<h2 id="${title}">${title}</h2>
${known ? tableOf(['Name', 'Datatype', 'Shape', 'Parameters'], rows) : html`<p>${unknown}</p>`}
</section>`;
}

function factSection(facts: readonly (readonly [string, unknown])[]): Html {
  const rows = facts.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  return html`<section aria-labelledby="facts">
<h2 id="facts">Facts</h2>
${tableOf([], rows)}
</section>`;
}

/** The requests to choose from, by name, for the page's script. No `<` in them can end the element or begin another. */
function examplesJson(document: OpenApiDocument): Html {
  const values = new Map<string, unknown>();
  for (const item of Object.values(document.paths)) {
    for (const { requestBody } of Object.values(item)) {
      const { examples = {} } = requestBody?.content['application/json'] ?? {};
      for (const [name, example] of Object.entries(examples))
        values.set(name, resolve<Example>(document, example).value);
    }
  }
  return new Html(JSON.stringify(Object.fromEntries(values)).replaceAll('<', '\\u003c'));
}

function docsPath(name: string, version: string | undefined): string {
  return fillPath(version === undefined ? MODEL_DOCS : VERSION_DOCS, { name, version });
}
