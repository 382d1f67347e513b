import { shorten } from '../core/bad-input.js';
import { ServerError } from '../core/errors.js';

/** JSON under its own name, a +json name, none at all, or octet-stream (what some clients send JSON as). */
export function isJsonType(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return true;
  const [type] = contentType.split(';', 1);
  const name = type.trim().toLowerCase();
  return name === 'application/json' || name.endsWith('+json') || name === 'application/octet-stream';
}

export function notJson(contentType: string | undefined): ServerError {
  return new ServerError(
    'UNPROCESSABLE',
    `content-type: expected application/json, got '${shorten(contentType ?? '')}'`,
  );
}
