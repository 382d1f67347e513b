import type { ConvertPool } from '../pool/convert-pool.js';
import { hashFile } from '../pool/hash-file.js';
import { localArtifact } from '../repository/local-artifact.js';
import type { RemoteStore } from '../repository/remote/remote-store.js';
import type { Implementation } from '../settings/implementations.js';
import type { ModelSpec } from '../settings/model-spec.js';
import { onnxSettings } from '../settings/onnx-settings.js';
import type { RuntimeSpec } from '../wire/messages.js';
import { readMlflowFolder } from './mlflow.js';

/**
 * What a worker needs to load a model: for model files a converted plan, made here if it is not in the cache. A remote file is
 * fetched before.
 */
export function prepareWith(converter: ConvertPool, store: Pick<RemoteStore, 'fetch'>) {
  const planOf = async (spec: ModelSpec, file: string, kind: string, method?: string): Promise<RuntimeSpec> => {
    const { predict_fn: asked = method } = spec.settings.parameters.extra;
    const plan = await converter.planFor(file, kind);
    return { kind: 'plan', file: plan, defaultOutput: typeof asked === 'string' ? asked : undefined };
  };
  const onnxOf = async (spec: ModelSpec, file: string): Promise<RuntimeSpec> => {
    const options = onnxSettings(spec.name, spec.settings.parameters.extra);
    return { kind: 'onnx', file, sha256: await hashFile(file), options };
  };

  return async (spec: ModelSpec): Promise<RuntimeSpec> => {
    const { implementation } = spec;
    const artifact = await localArtifact(spec, store);
    switch (implementation.kind) {
      case 'sklearn':
      case 'xgboost':
      case 'lightgbm':
      case 'catboost':
        return planOf(spec, artifact, implementation.kind);
      case 'onnx':
        return onnxOf(spec, artifact);
      case 'mlflow': {
        const { model, file, kind } = await readMlflowFolder(artifact);
        const inner = kind === 'onnx' ? await onnxOf(spec, file) : await planOf(spec, file, kind, model.predictMethod);
        return { kind: 'mlflow', model: inner, signature: model.signature };
      }
      case 'custom':
        return customSpec(spec, implementation);
      default:
        return implementation satisfies never;
    }
  };
}

function customSpec(
  { folder, artifact, settings }: ModelSpec,
  { module, className }: Extract<Implementation, { kind: 'custom' }>,
): RuntimeSpec {
  const { contentType, extra, others } = settings.parameters;
  const { inputs, outputs } = settings;
  const told = { uri: artifact, contentType: contentType ?? undefined, extra, others, inputs, outputs };
  return { kind: 'custom', folder, module, className, settings: told };
}
