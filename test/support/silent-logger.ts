import type { Logger } from '../../src/logging/logger.js';

/** Nobody reads it. */
export const silentLogger: Logger = {
  debugEnabled: false,
  debug() {},
  info() {},
  warning() {},
  error() {},
  child: () => silentLogger,
};
