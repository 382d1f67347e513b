import type { Metadata } from '@grpc/grpc-js';
import { type ServerError, toServerError } from '../core/errors.js';
import { grpcStatus, httpStatus } from '../core/status.js';
import type { Logger } from '../logging/logger.js';
import { requestIdOf } from './request-id.js';

/** How grpc-js takes a failure. */
export interface CallFailure {
  readonly code: number;
  readonly details: string;
}

/** The text travels in a header: clients accept 8 KiB of all of them, and each character may become nine bytes there. */
const MAX_DETAILS = 500;

/** What there is to know of a call that fails. */
interface FailedCall {
  readonly metadata: Metadata;
  getPath(): string;
}

/** A failure as the client gets it. What stands behind an unforeseen one goes to the log. */
export function callFailure(thrown: unknown, call: FailedCall, logger: Logger): CallFailure {
  const error = toServerError(thrown);
  if (error.cause !== undefined && httpStatus(error) >= 500) {
    logger.error(`${call.getPath()}: ${error.message}`, {
      requestId: requestIdOf(call.metadata),
      error: error.cause,
    });
  }
  return statusOf(error);
}

export function statusOf(error: ServerError): CallFailure {
  return { code: grpcStatus(error), details: error.message };
}

/** A text that a header can carry: not too long, and without the half characters that cutting leaves. */
export function headerText(text: string): string {
  const short = text.length <= MAX_DETAILS ? text : `${text.slice(0, MAX_DETAILS)}...`;
  return Buffer.from(short).toString();
}
