import { ServerError } from '../core/errors.js';
import type { ConvertPool } from '../pool/convert-pool.js';
import type { ModelSpec } from '../settings/model-spec.js';
import { onnxSettings } from '../settings/onnx-settings.js';
import type { RuntimeSpec } from '../wire/messages.js';

/** What a worker needs to load a model: for model files a converted plan, made here if it is not in the cache. */
export function prepareWith(converter: ConvertPool) {
  return async (spec: ModelSpec): Promise<RuntimeSpec> => {
    const { implementation, artifact, settings } = spec;
    switch (implementation.kind) {
      case 'sklearn':
      case 'xgboost':
      case 'lightgbm':
      case 'catboost': {
        const { predict_fn: method } = settings.parameters.extra;
        const file = await converter.planFor(artifact, implementation.kind);
        return { kind: 'plan', file, defaultOutput: typeof method === 'string' ? method : undefined };
      }
      case 'onnx':
        return { kind: 'onnx', file: artifact, options: onnxSettings(spec.name, settings.parameters.extra) };
      default:
        throw new ServerError(
          'UNIMPLEMENTED',
          `model '${spec.name}': '${implementation.kind}' models cannot be served`,
        );
    }
  };
}
