import type { logCreator } from 'kafkajs';
import type { Logger } from '../logging/logger.js';

/**
 * What kafkajs says, for those who look for the reason of a trouble: all of it is debug, because the bridge itself tells when it
 * loses the brokers, and once.
 */
export function kafkajsLog(logger: Logger): logCreator {
  return () =>
    ({ namespace, log: { message, error } }) => {
      if (logger.debugEnabled) logger.debug(`${namespace}: ${message}`, error === undefined ? undefined : { error });
    };
}
