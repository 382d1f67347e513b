import { shorten } from '../core/bad-input.js';
import { ServerError } from '../core/errors.js';

/** JSON under its own name, a +json name, none at all, or octet-stream (what some clients send JSON as). */
export function isJsonType(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return true;
  const [type] = contentType.split(';', 1);
  const name = type.trim().toLowerCase();
  return name === 'application/json' || name.endsWith('+json') || name === 'application/octet-stream';
}

/** Under the name it was registered with, or those it had before. */
const MSGPACK = /^application\/(?:x-|vnd\.)?msgpack$/i;

export const MSGPACK_TYPE = 'application/msgpack';

export function isMsgpackType(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return false;
  return MSGPACK.test(contentType.split(';', 1)[0].trim());
}

/**
 * Whether an answer is to be MessagePack. Who does not care (no `accept`, or one with a star) gets what was sent; else the type
 * with the greater weight wins, of equal ones the first.
 */
export function wantsMsgpack(accept: string | undefined, sent: boolean): boolean {
  if (accept === undefined || accept === '*/*') return sent;
  let best = 0;
  let answer = false;
  for (const item of accept.split(',')) {
    const [name, ...parameters] = item.split(';').map(part => part.trim());
    const isMsgpack = MSGPACK.test(name) || (sent && /^(?:\*|application)\/\*$/.test(name));
    const weight = weightOf(parameters);
    if (weight <= best || (!isMsgpack && !/^(?:\*|application)\/(?:\*|json)$/i.test(name))) continue;
    best = weight;
    answer = isMsgpack;
  }
  return answer;
}

/** Of an item of a header that says what a client takes, from 0 to 1: `q`. */
export function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find(parameter => /^q=/i.test(parameter));
  return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
}

export function notJson(contentType: string | undefined): ServerError {
  return new ServerError(
    'UNPROCESSABLE',
    `content-type: expected application/json, got '${shorten(contentType ?? '')}'`,
  );
}
