import { type Content, type Reference, type Response, refTo } from './openapi.js';

const failure = (description: string): Response => ({
  description,
  content: { 'application/json': { schema: refTo('schemas', 'Error') } },
});

/** Failures by the names that operations give them. */
export const FAILURES = {
  BadRequest: failure('A value, shape, datatype or name that the model does not take, or a model that is not ready.'),
  NotFound: failure('No such model or version.'),
  Conflict: failure('Two folders claim this name and version, or an unload overtook the load.'),
  TooLarge: failure('The body is larger than `max_body_bytes`.'),
  NotV2: failure(
    'The body is no request of the protocol: no JSON, a field that is missing or of another type, or another content type.',
  ),
  QueueFull: {
    ...failure('As many requests wait for the model as may.'),
    headers: { 'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } } },
  },
  Internal: failure('The model or the server failed.'),
  Unavailable: failure('The worker was lost, or the server stops.'),
  TooLate: failure('`request_timeout`, `infer_timeout` or, for a load, `load_timeout` has passed.'),
  Other: failure('Any other failure.'),
} satisfies Record<string, Response>;

const BY_STATUS = {
  '400': 'BadRequest',
  '404': 'NotFound',
  '409': 'Conflict',
  '413': 'TooLarge',
  '422': 'NotV2',
  '429': 'QueueFull',
  '500': 'Internal',
  '503': 'Unavailable',
  '504': 'TooLate',
} as const satisfies Record<string, keyof typeof FAILURES>;

type FailureStatus = keyof typeof BY_STATUS;

/** The failures of an operation, and `default` for all that may happen to any. */
export function failures(...statuses: FailureStatus[]): Record<string, Reference> {
  const named = statuses.map(status => [status, refTo('responses', BY_STATUS[status])]);
  return { ...Object.fromEntries(named), default: refTo('responses', 'Other') };
}

/** An answer in one media type. */
export function answer(description: string, content?: Content): Response {
  return { description, content };
}

export const json = (schema: Content[string]['schema'], examples?: Content[string]['examples']): Content => ({
  'application/json': { schema, examples },
});
