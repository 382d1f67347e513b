import { type Html, html } from './html.js';
import { type Example, type Method, type OpenApiDocument, type Operation, type Parameter, resolve } from './openapi.js';
import { code, tableOf } from './table.js';

/** Where there is no example. */
const PLACEHOLDER = '{"inputs": [{"name": "...", "shape": [1], "datatype": "FP32", "data": [1]}]}';

/** One operation of a document, to be opened, with a form that sends it. */
export function operationView(
  document: OpenApiDocument,
  rootPath: string,
  path: string,
  method: Method,
  operation: Operation,
): Html {
  const view = { document, address: rootPath + path, method, operation };
  const isMain = path.endsWith('/infer') && !path.includes('{');
  return html`<details class="operation"${isMain && html` open`}>
<summary><span class="method ${method}">${method.toUpperCase()}</span> <span class="path">${path}</span> <span>${operation.summary}</span></summary>
<div>
${operation.description !== undefined && html`<p>${operation.description}</p>`}
${operation.tags.includes('Documentation') ? link(view) : form(view)}
<details class="more"><summary>Parameters and answers</summary>
${parameterTable(view)}
${answerTable(view)}
</details>
</div>
</details>
`;
}

interface View {
  readonly document: OpenApiDocument;
  /** As clients ask it. */
  readonly address: string;
  readonly method: Method;
  readonly operation: Operation;
}

function link({ address }: View): Html | undefined {
  return address.includes('{') ? undefined : html`<p><a href="${address}">${address}</a></p>`;
}

function form(view: View): Html {
  const { address, method } = view;
  const fields = parametersOf(view).filter(parameter => parameter.in !== 'header');
  return html`<form class="run" data-method="${method.toUpperCase()}" data-path="${address}">
${fields.length > 0 && html`<div class="fields">${fields.map(parameter => field(view, parameter))}</div>`}
${body(view)}
<div class="buttons"><button type="submit">Run</button><button type="button" hidden>Stop</button></div>
<div class="answer" hidden>
<p class="status" role="status"></p>
<pre class="body" tabindex="0" aria-label="Answer"></pre>
<details class="more"><summary>As a command</summary><pre class="curl" tabindex="0" aria-label="Command"></pre></details>
</div>
</form>`;
}

function field({ operation }: View, { name, in: place, required, schema, example }: Parameter): Html {
  const id = `${operation.operationId}-${name}`;
  const values = schema.enum as readonly string[] | undefined;
  const input =
    values === undefined
      ? html`<input id="${id}" name="${name}" data-in="${place}" value="${example}" ${required && html`required`}>`
      : html`<select id="${id}" name="${name}" data-in="${place}">
${!required && html`<option value="">default</option>`}${values.map(value => html`<option>${value}</option>`)}
</select>`;
  return html`<div><label for="${id}">${name}</label>${input}</div>`;
}

function body({ document, operation }: View): Html | undefined {
  const { operationId, requestBody } = operation;
  if (requestBody === undefined) return undefined;
  const { examples = {} } = requestBody.content['application/json'];
  const options = Object.entries(examples).map(([name, example]) => {
    const { summary } = resolve<Example>(document, example);
    return html`<option value="${name}">${summary ?? name}</option>`;
  });
  const choice = html`<label for="${operationId}-example">Example</label>
<select id="${operationId}-example" class="examples">${options}</select>`;
  return html`${options.length > 0 && choice}
<label for="${operationId}-body">Request</label>
<textarea id="${operationId}-body" placeholder="${PLACEHOLDER}" spellcheck="false" autocomplete="off" aria-describedby="run-hint"></textarea>`;
}

function parameterTable(view: View): Html | undefined {
  const rows = parametersOf(view).map(({ name, in: place, description }) => [code(name), place, description]);
  return rows.length > 0 ? tableOf(['Parameter', 'In', 'Meaning'], rows) : undefined;
}

function answerTable({ document, operation }: View): Html {
  const rows = Object.entries(operation.responses).map(([status, response]) => {
    const { description, content = {} } = resolve(document, response);
    return [status, description, Object.keys(content).join(', ')];
  });
  return tableOf(['Status', 'When', 'Content'], rows);
}

function parametersOf({ document, operation }: View): Parameter[] {
  return (operation.parameters ?? []).map(parameter => resolve<Parameter>(document, parameter));
}
