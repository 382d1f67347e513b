import type { Logger } from './logger.js';

/** What a custom model wrote, as it comes from its worker. */
interface ModelLine {
  readonly model: string;
  readonly version?: string;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
}

/** Takes the lines of models into the server's log. */
export function modelLog(logger: Logger): (line: ModelLine) => void {
  return ({ model, version, level, message }) => logger[level](message, { model, version });
}
