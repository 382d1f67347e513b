import { kindOf } from '../codecs/codec.js';
import { ServerError } from '../core/errors.js';
import type { RouteDescription } from '../core/model-interface.js';
import { type BytesColumn, bytesAt, bytesColumn } from '../core/tensor.js';
import type { ModelRoute } from '../model-api/route.js';
import type { Prediction, RuntimeRequest } from './runtime.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Parts of a path: plain ones, or a name in braces. */
const PATH = /^(?:\/(?:[\w.~!$&'()*+,;=:@%-]+|\{[A-Za-z_]\w*\}))+$/;
/** The server's own. */
const TAKEN = /^\/(?:v2|metrics)(?:\/|$)/;

/** The routes that a model declares. Throws INVALID_ARGUMENT that names the one that is none. */
export function readRoutes(given: unknown): readonly ModelRoute[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw bad('routes', `expected a list, got ${kindOf(given)}`);
  return given.map((route: Partial<ModelRoute> | null, i) => {
    const { path, method = 'POST', handle } = Object(route) as Partial<ModelRoute>;
    const at = `routes[${i}]`;
    if (typeof path !== 'string' || !PATH.test(path)) throw bad(`${at}.path`, `expected one like /explain/{name}`);
    if (TAKEN.test(path)) throw bad(`${at}.path`, `'${path}' is one of the server's own`);
    if (!METHODS.includes(method)) throw bad(`${at}.method`, `expected one of ${METHODS.join(', ')}`);
    if (typeof handle !== 'function') throw bad(`${at}.handle`, `expected a function, got ${kindOf(handle)}`);
    return { path, method, handle };
  });
}

export function describeRoutes(routes: readonly ModelRoute[]): readonly RouteDescription[] {
  return routes.map(({ path, method = 'POST' }) => ({ path, method }));
}

/** The body of a call travels as its only input. */
export function bodyOf({ inputs: [body] }: RuntimeRequest): Uint8Array {
  return bytesAt(body.data as BytesColumn, 0);
}

/** An answer travels as one output, its body, with `status` and `headers` as parameters. */
export async function routePrediction(answer: unknown): Promise<Prediction> {
  const isResponse = answer instanceof Response;
  const body = isResponse ? new Uint8Array(await answer.arrayBuffer()) : jsonOf(answer);
  const status = isResponse ? answer.status : 200;
  const headers = isResponse ? headersOf(answer) : { 'content-type': 'application/json' };
  const output = { name: 'body', datatype: 'BYTES', shape: [1], data: bytesColumn([body]) } as const;
  return { outputs: [output], parameters: { status, headers } };
}

/** How long the body is, and how it is sent, is not for the model to say. */
const OF_CONNECTION = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !OF_CONNECTION.has(name)));
}

function jsonOf(answer: unknown): string {
  try {
    return JSON.stringify(answer) ?? 'null';
  } catch (error) {
    throw new ServerError('INTERNAL', `the route's answer cannot be written as JSON (${(error as Error).message})`);
  }
}

function bad(at: string, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `${at}: ${problem}`);
}
