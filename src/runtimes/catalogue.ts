import type { ReplicaSpec, RuntimeSpec } from '../wire/messages.js';
import { MlflowRuntime } from './mlflow.js';
import { OnnxRuntime } from './onnx.js';
import { PlannedRuntime } from './planned.js';
import type { Runtime } from './runtime.js';

/** Makes the replica a spec asks for. Rejects with a ServerError that says why the model cannot be served. */
export function loadRuntime({ runtime }: ReplicaSpec): Promise<Runtime> {
  return runtimeOf(runtime);
}

async function runtimeOf(spec: RuntimeSpec): Promise<Runtime> {
  switch (spec.kind) {
    case 'plan':
      return PlannedRuntime.load(spec.file, spec);
    case 'onnx':
      return OnnxRuntime.load(spec.file, spec.options);
    case 'mlflow':
      return new MlflowRuntime(await runtimeOf(spec.model), spec.signature);
    default:
      return spec satisfies never;
  }
}
