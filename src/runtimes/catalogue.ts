import type { ModelLogLine, ReplicaSpec, RuntimeSpec } from '../wire/messages.js';
import { CustomRuntime } from './custom.js';
import { MlflowRuntime } from './mlflow.js';
import { OnnxRuntime } from './onnx.js';
import { PlannedRuntime } from './planned.js';
import type { Runtime } from './runtime.js';

/** Makes the replica a spec asks for. Rejects with a ServerError that says why the model cannot be served. */
export function loadRuntime(spec: ReplicaSpec, log: (line: ModelLogLine) => void): Promise<Runtime> {
  return runtimeOf(spec, spec.runtime, log);
}

async function runtimeOf(replica: ReplicaSpec, spec: RuntimeSpec, log: (line: ModelLogLine) => void): Promise<Runtime> {
  switch (spec.kind) {
    case 'plan':
      return PlannedRuntime.load(spec.file, spec);
    case 'onnx':
      return OnnxRuntime.load(spec.file, spec.options, spec.sha256);
    case 'mlflow':
      return new MlflowRuntime(await runtimeOf(replica, spec.model, log), spec.signature);
    case 'custom':
      return CustomRuntime.load(replica, spec, log);
    default:
      return spec satisfies never;
  }
}
