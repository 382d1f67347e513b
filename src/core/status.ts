import type { ErrorCode, ServerError } from './errors.js';

interface Status {
  readonly http: number;
  readonly grpc: number;
}

/** The only table from codes to numbers on the wire. HTTP follows MLServer where a client could notice. */
const STATUS: Record<ErrorCode, Status> = {
  CANCELLED: { http: 499, grpc: 1 },
  INVALID_ARGUMENT: { http: 400, grpc: 3 },
  UNPROCESSABLE: { http: 422, grpc: 3 },
  PAYLOAD_TOO_LARGE: { http: 413, grpc: 8 },
  DEADLINE_EXCEEDED: { http: 504, grpc: 4 },
  NOT_FOUND: { http: 404, grpc: 5 },
  ALREADY_EXISTS: { http: 409, grpc: 6 },
  RESOURCE_EXHAUSTED: { http: 429, grpc: 8 },
  FAILED_PRECONDITION: { http: 400, grpc: 9 },
  ABORTED: { http: 409, grpc: 10 },
  UNIMPLEMENTED: { http: 501, grpc: 12 },
  INTERNAL: { http: 500, grpc: 13 },
  UNAVAILABLE: { http: 503, grpc: 14 },
};

export function httpStatus(error: ServerError): number {
  return error.httpStatus ?? STATUS[error.code].http;
}

export function grpcStatus(error: ServerError): number {
  return STATUS[error.code].grpc;
}
