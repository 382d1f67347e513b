import type { Clock } from '../core/clock.js';
import { connectionFailure, type HttpAnswer } from './http-client.js';

/** How a request ended: with an answer of any status, or with none. */
export type Outcome = HttpAnswer | { readonly failure: string };

export interface RetryOptions {
  /** Further attempts after the first. */
  readonly retries: number;
  readonly clock: Pick<Clock, 'now' | 'at'>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Told before each wait. */
  readonly onRetry: (reason: string, waitMs: number) => void;
}

/** Too many requests, and a service that is starting, stopping or full. */
const WORTH_ANOTHER_TRY = [429, 503];
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Repeats what a moment later may succeed: refusals for want of room, and connections that fail. The wait doubles each time, a
 * random half of it shorter so that not all come back at once, and is at least what the server asks for.
 *
 * A server that stayed away through all attempts of one request is taken for gone: the next ones get a single attempt, until one
 * is answered. Otherwise each line left in a file would wait in vain.
 */
export class Retries {
  private gone = false;

  constructor(private readonly options: RetryOptions) {}

  async run(attempt: () => Promise<HttpAnswer>): Promise<Outcome> {
    const { retries, random, onRetry } = this.options;
    for (let tried = 0; ; tried++) {
      const outcome = await outcomeOf(attempt);
      const answered = 'status' in outcome;
      if (answered) this.gone = false;
      if (answered && !WORTH_ANOTHER_TRY.includes(outcome.status)) return outcome;
      if (tried >= retries) this.gone ||= !answered;
      if (tried >= retries || this.gone) return outcome;
      const asked = answered ? (outcome.retryAfterSeconds ?? 0) * 1000 : 0;
      const backOff = FIRST_WAIT_MS * 2 ** tried * (1 - random() / 2);
      const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(asked, backOff));
      onRetry(answered ? `status ${outcome.status}` : outcome.failure, waitMs);
      await pause(this.options.clock, waitMs);
    }
  }
}

/** Settles after so many milliseconds. */
export function pause(clock: Pick<Clock, 'now' | 'at'>, ms: number): Promise<void> {
  return new Promise(resolve => clock.at(clock.now() + ms, resolve));
}

async function outcomeOf(attempt: () => Promise<HttpAnswer>): Promise<Outcome> {
  try {
    return await attempt();
  } catch (error) {
    return { failure: connectionFailure(error) };
  }
}
