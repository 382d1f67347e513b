import { format } from 'node:util';
import type { ModelLogLine } from '../wire/messages.js';
import { currentModel } from './model-context.js';

/** Writes to the server's log, in its format and under the model's name. Values are joined as `console.log` joins them. */
export const logger = {
  debug: (...parts: unknown[]) => write('debug', parts),
  info: (...parts: unknown[]) => write('info', parts),
  warning: (...parts: unknown[]) => write('warning', parts),
  warn: (...parts: unknown[]) => write('warning', parts),
  error: (...parts: unknown[]) => write('error', parts),
};

/** Outside of a model's methods - while its module is imported - nobody knows whose line it is. */
function write(level: ModelLogLine['level'], parts: unknown[]): void {
  const message = format(...parts);
  const model = currentModel();
  if (model === undefined) process.stderr.write(`${message}\n`);
  else model.log({ model: model.name, version: model.version, level, message });
}
