import { currentModel } from '../model-api/model-context.js';

let caught = false;

/**
 * From now on what a model leaves behind - a promise that rejects with nobody waiting for it, a timer that throws - is a line in the
 * log under its name. It would end the thread, and with it what others have there. An error that is no model's still does.
 */
export function catchStrayErrors(): void {
  if (caught) return;
  caught = true;
  process.on('unhandledRejection', logStray);
  process.on('uncaughtException', logStray);
}

function logStray(error: unknown): void {
  const model = currentModel();
  if (model === undefined) throw error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = `An error that nobody waited for: ${text}`;
  model.log({ model: model.name, version: model.version, level: 'error', message });
}
