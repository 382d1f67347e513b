import { ServerError } from '../core/errors.js';
import { escapeLine } from '../logging/escape.js';

/** One line for what a user can mend; the stack for what only we can. */
export function explain(error: unknown): string {
  if (error instanceof ServerError) return escapeLine(error.message);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
