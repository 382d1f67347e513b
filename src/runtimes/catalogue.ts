import type { ReplicaSpec } from '../wire/messages.js';
import { OnnxRuntime } from './onnx.js';
import { PlannedRuntime } from './planned.js';
import type { Runtime } from './runtime.js';

/** Makes the replica a spec asks for. Rejects with a ServerError that says why the model cannot be served. */
export function loadRuntime({ runtime }: ReplicaSpec): Promise<Runtime> {
  switch (runtime.kind) {
    case 'plan':
      return PlannedRuntime.load(runtime.file, runtime);
    case 'onnx':
      return OnnxRuntime.load(runtime.file, runtime.options);
    default:
      return runtime satisfies never;
  }
}
