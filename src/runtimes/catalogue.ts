import type { ReplicaSpec } from '../wire/messages.js';
import { PlannedRuntime } from './planned.js';
import type { Runtime } from './runtime.js';

/** Makes the replica a spec asks for. Rejects with a ServerError that says why the model cannot be served. */
export function loadRuntime(spec: ReplicaSpec): Promise<Runtime> {
  const { runtime } = spec;
  return PlannedRuntime.load(runtime.file, runtime);
}
