import { type ErrorCode, ServerError } from '../core/errors.js';
import { ModelError } from '../model-api/model-error.js';

/** For gRPC, which knows no HTTP status. */
const CODES = new Map<number, ErrorCode>([
  [404, 'NOT_FOUND'],
  [409, 'ALREADY_EXISTS'],
  [412, 'FAILED_PRECONDITION'],
  [422, 'UNPROCESSABLE'],
  [429, 'RESOURCE_EXHAUSTED'],
  [501, 'UNIMPLEMENTED'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

/** What a model threw, as its caller is told: its message, with the status of a ModelError or 500. */
export function modelFailure(thrown: unknown): ServerError {
  if (thrown instanceof ServerError) return thrown;
  const message = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  if (!(thrown instanceof ModelError)) return new ServerError('INTERNAL', message, { cause: thrown });
  const { status } = thrown;
  if (!Number.isInteger(status) || status < 400 || status > 599) return new ServerError('INTERNAL', message);
  const code = CODES.get(status) ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  return new ServerError(code, message, { httpStatus: status });
}
