/**
 * The catalogue of failures. Codes are gRPC's names; two more exist because HTTP clients tell them apart
 * (UNPROCESSABLE: the body is no V2 request; PAYLOAD_TOO_LARGE: more bytes than allowed).
 * The numbers on the wire stand in status.ts and nowhere else.
 */
export type ErrorCode =
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'UNPROCESSABLE'
  | 'PAYLOAD_TOO_LARGE'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE';

export interface ServerErrorOptions {
  readonly cause?: unknown;
  /** The HTTP status a custom model asked for; wins over the code's own. */
  readonly httpStatus?: number;
  /** Seconds after which a refused caller may try again. */
  readonly retryAfterSeconds?: number;
}

/** A failure a client may read: the message names the field, what was expected and what came. */
export class ServerError extends Error {
  readonly code: ErrorCode;
  readonly httpStatus?: number;
  readonly retryAfterSeconds?: number;

  constructor(code: ErrorCode, message: string, options: ServerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ServerError';
    this.code = code;
    this.httpStatus = options.httpStatus;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** What callers are told from the stop signal on. */
export function stopping(): ServerError {
  return new ServerError('UNAVAILABLE', 'the server is stopping');
}

/** What a client is told about a failure nobody foresaw; the cause goes to the log only. */
export const INTERNAL_MESSAGE = 'Internal server error';

/** Anything thrown, as a ServerError. A foreign error becomes INTERNAL with a fixed text and keeps itself as the cause. */
export function toServerError(thrown: unknown): ServerError {
  if (thrown instanceof ServerError) return thrown;
  return new ServerError('INTERNAL', INTERNAL_MESSAGE, { cause: thrown });
}

/** A failure as data: the form in which it crosses threads, where a thrown Error loses its class, name and code. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly httpStatus?: number;
  /** For the log, never for a client. */
  readonly detail?: string;
}

export function errorToData(thrown: unknown): ErrorData {
  const error = toServerError(thrown);
  return { code: error.code, message: error.message, httpStatus: error.httpStatus, detail: detailOf(error.cause) };
}

/** Custom models throw anything: a stack may be no text, and what is thrown may itself throw when it is looked at. */
function detailOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  try {
    return String(cause instanceof Error ? (cause.stack ?? cause.message) : cause);
  } catch {
    return 'an error that cannot be shown';
  }
}

export function errorFromData(data: ErrorData): ServerError {
  return new ServerError(data.code, data.message, { httpStatus: data.httpStatus, cause: data.detail });
}
