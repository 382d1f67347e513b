import { ServerError } from '../core/errors.js';

/** A file that cannot be served: INVALID_ARGUMENT with the reason. */
export function badFile(message: string, cause?: unknown): ServerError {
  return new ServerError('INVALID_ARGUMENT', message, { cause });
}
