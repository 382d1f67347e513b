import type { Telemetry } from '../core/telemetry.js';
import type { Logger } from './logger.js';

/** Tells about models and workers in the log and passes everything on. */
export function loggingTelemetry(logger: Logger, next: Telemetry): Telemetry {
  return {
    requestDone: (context, model, failure) => next.requestDone(context, model, failure),
    cacheAsked: (model, hit) => next.cacheAsked(model, hit),
    batchDone: (model, batch) => next.batchDone(model, batch),
    metricValues: (model, values) => next.metricValues(model, values),
    modelState(model, state, reason) {
      next.modelState(model, state, reason);
      const fields = { model: model.name, version: model.version };
      if (state === 'ready') logger.info(`Loaded model '${model.name}' successfully.`, fields);
      else if (state === 'unloaded') logger.info(`Unloaded model '${model.name}' successfully.`, fields);
      else if (state === 'failed') logger.error(`Couldn't load model '${model.name}': ${reason}`, fields);
    },
    workerState(worker, state, detail) {
      next.workerState(worker, state, detail);
      if (state === 'lost') logger.error(`Worker ${worker} stopped (${detail}); a new one is started`);
      else logger.debug(`Worker ${worker} is ready`);
    },
  };
}
