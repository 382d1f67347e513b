import { ServerError } from '../core/errors.js';
import type { ScheduledModel } from './scheduled-model.js';

export function clientGone(): ServerError {
  return new ServerError('CANCELLED', 'the client went away');
}

export function deadlineExceeded(): ServerError {
  return new ServerError('DEADLINE_EXCEEDED', 'the request was not answered within its time');
}

export function noWorker(): ServerError {
  return new ServerError('UNAVAILABLE', 'no worker is running', { retryAfterSeconds: 1 });
}

/** The worker that had the request was busy with it for longer than the model may take. */
export function workerStuck({ label, inferTimeoutMs }: ScheduledModel): ServerError {
  const text = `model '${label.name}' did not answer within ${inferTimeoutMs / 1000} s (infer_timeout)`;
  return new ServerError('DEADLINE_EXCEEDED', text);
}

/** `what` says how many of which kind there are already. */
export function tooMany({ label, maxQueueSize }: ScheduledModel, what: string): ServerError {
  const text = `model '${label.name}': ${what} (max_queue_size ${maxQueueSize})`;
  return new ServerError('RESOURCE_EXHAUSTED', text, { retryAfterSeconds: 1 });
}
