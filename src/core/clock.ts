/** Cancels a timer; harmless when it has fired or was cancelled before. */
export type CancelTimer = () => void;

/** Time as the server sees it: monotonic milliseconds, so that a jump of the wall clock changes nothing. */
export interface Clock {
  now(): number;
  /** Calls `fn` once when `now()` has reached `at`. */
  at(at: number, fn: () => void): CancelTimer;
  /** Calls `fn` at the end of this turn of the event loop, when everything that has arrived has been read. */
  endOfTurn(fn: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  at(at, fn) {
    const timer = setTimeout(fn, Math.max(0, at - performance.now()));
    return () => clearTimeout(timer);
  },
  endOfTurn: fn => void setImmediate(fn),
};
