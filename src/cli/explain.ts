import { ServerError } from '../core/errors.js';
import { escapeLine } from '../logging/escape.js';

/** One line for what a user can mend; the stack for what only we can. */
export function explain(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const foreseen = error instanceof ServerError || (code !== undefined && syscall !== undefined);
  if (foreseen) return escapeLine((error as Error).message);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
