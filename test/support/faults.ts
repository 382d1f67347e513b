import { fileURLToPath } from 'node:url';

/** Values in a request that make `FAULTY_THREAD` go wrong. */
export const FAULTS = {
  exit: -1001,
  cleanExit: -1002,
  error: -1003,
  rejection: -1004,
  endlessLoop: -1005,
  exitLater: -1006,
} as const;

/** Serves models as our own inference thread does, until one of the FAULTS comes. */
export const FAULTY_THREAD = fileURLToPath(new URL('./faulty-thread.js', import.meta.url));
