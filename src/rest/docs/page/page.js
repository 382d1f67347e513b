// The forms of the documentation pages: fill in examples, send what they say, show the answer as it comes.

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
/** Raw values are shown up to here. */
const SHOWN_BYTES = 256;

const examples = JSON.parse(document.getElementById('examples').textContent);

for (const form of document.querySelectorAll('form.run')) {
  const select = form.querySelector('select.examples');
  const body = form.querySelector('textarea');
  const fill = () => {
    body.value = indent(JSON.stringify(examples[select.value]));
  };
  select?.addEventListener('change', fill);
  const fillFirst = () => {
    if (select !== null && body.value === '') fill();
  };
  const details = form.closest('details');
  if (details.open) fillFirst();
  else details.addEventListener('toggle', fillFirst, { once: true });

  body?.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    run(form);
  });
}

/** Sends a form, unless it is being answered; the Stop button ends that. */
async function run(form) {
  const [runButton, stopButton] = form.querySelectorAll('button');
  if (runButton.disabled) return;
  const { url, ...request } = requestOf(form);
  const part = name => form.querySelector(`.${name}`);
  part('answer').hidden = false;
  part('answer').setAttribute('aria-busy', 'true');
  part('curl').textContent = curlOf(url, request);
  part('body').textContent = '';
  part('status').textContent = 'Waiting for the answer';
  part('status').dataset.kind = '';
  const controller = new AbortController();
  stopButton.onclick = () => controller.abort();
  runButton.disabled = true;
  stopButton.hidden = false;
  const started = performance.now();
  try {
    const response = await fetch(url, { ...request, signal: controller.signal });
    part('status').dataset.kind = response.ok ? 'good' : 'bad';
    part('status').textContent = `${response.status} ${response.statusText}`;
    const size = await show(response, part('body'));
    const took = `${Math.round(performance.now() - started)} ms`;
    const type = response.headers.get('content-type') ?? 'no body';
    part('status').textContent = [`${response.status} ${response.statusText}`, took, type, size]
      .filter(Boolean)
      .join(' · ');
  } catch (error) {
    part('status').dataset.kind = 'bad';
    part('status').textContent = error.name === 'AbortError' ? 'Stopped' : `No answer: ${error.message}`;
  } finally {
    runButton.disabled = false;
    stopButton.hidden = true;
    part('answer').removeAttribute('aria-busy');
  }
}

function requestOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll('[data-in]')) {
    if (field.dataset.in === 'path') path = path.replace(`{${field.name}}`, () => encodeURIComponent(field.value));
    else if (field.value !== '') query.set(field.name, field.value);
  }
  const url = new URL(query.size > 0 ? `${path}?${query}` : path, location.href).href;
  const body = form.querySelector('textarea')?.value;
  const { method } = form.dataset;
  return body === undefined ? { url, method } : { url, method, headers: { 'content-type': 'application/json' }, body };
}

/** Writes an answer into `target`, events as they come. Settles with its size in words. */
async function show(response, target) {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) target.append(part.value);
    return '';
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const headLength = Number(response.headers.get('inference-header-content-length') ?? bytes.length);
  target.textContent = indent(new TextDecoder().decode(bytes.subarray(0, headLength)));
  if (headLength < bytes.length) {
    const raw = bytes.subarray(headLength);
    const shown = Array.from(raw.subarray(0, SHOWN_BYTES), byte => byte.toString(16).padStart(2, '0'));
    target.append(`\n\n${shown.join(' ')}${raw.length > SHOWN_BYTES ? ' ...' : ''}`);
  }
  return bytes.length === 0 ? '' : `${bytes.length} bytes`;
}

function curlOf(url, { method, headers, body }) {
  const quote = text => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -i ${method === 'GET' ? '' : `-X ${method} `}${quote(url)}`];
  for (const [name, value] of Object.entries(headers ?? {})) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-binary ${quote(body)}`);
  return parts.join(' \\\n  ');
}

/** JSON over several lines, its numbers as they are written; a list of plain values stays on one. Other text as it is. */
function indent(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  const tokens = text.match(TOKEN);
  const spread = [];
  let depth = 0;
  let result = '';
  const newLine = () => `\n${'  '.repeat(depth)}`;
  for (const [i, token] of tokens.entries()) {
    if (token === '[' || token === '{') {
      spread.push(!isPlain(tokens, i));
      result += token;
      if (!spread.at(-1)) continue;
      depth++;
      result += newLine();
    } else if (token === ']' || token === '}') {
      if (spread.pop()) {
        depth--;
        result += newLine();
      }
      result += token;
    } else if (token === ',') result += spread.at(-1) ? `,${newLine()}` : ', ';
    else result += token === ':' ? ': ' : token;
  }
  return result;
}

/** Whether what opens at `start` is empty, or a list without lists and objects in it. */
function isPlain(tokens, start) {
  for (let i = start + 1; ; i++) {
    if (tokens[i] === '[' || tokens[i] === '{') return false;
    if (tokens[i] === ']' || tokens[i] === '}') return tokens[start] === '[' || i === start + 1;
  }
}
