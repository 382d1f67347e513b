import { currentModel, type ModelContext } from './model-context.js';
import { ModelError } from './model-error.js';

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Histograms of a model's own, with the labels `model_name` and `model_version`. To be used from the methods of a model; what is
 * logged appears among the server's metrics with the model's next answer.
 */
export const metrics = {
  /** Names a histogram, usually in `load`. */
  register(name: string, help: string): void {
    if (!NAME.test(name)) throw new ModelError(`metrics.register: '${name}' cannot be the name of a metric`);
    model('metrics.register').register(name, String(help ?? name));
  },

  /** Adds one value to each histogram: `metrics.log({ text_length: 34 })`. */
  log(values: Readonly<Record<string, number>>): void {
    const context = model('metrics.log');
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== 'number' || Number.isNaN(value)) {
        throw new ModelError(`metrics.log: '${name}' needs a number, got ${value}`);
      }
      if (!context.observe(name, value)) {
        throw new ModelError(`metrics.log: '${name}' is not registered; call metrics.register('${name}', ...) first`);
      }
    }
  },
};

function model(call: string): ModelContext {
  const context = currentModel();
  if (context === undefined) throw new ModelError(`${call} was called outside of a model's methods`);
  return context;
}
