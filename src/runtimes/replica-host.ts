import { errorToData, ServerError } from '../core/errors.js';
import { isBytes, type Tensor } from '../core/tensor.js';
import { decodeFrame } from '../wire/frame.js';
import type { BatchAnswer, LoadAnswer, ModelKey, ReplicaSpec, UnloadAnswer } from '../wire/messages.js';
import { loadRuntime } from './catalogue.js';
import type { Runtime } from './runtime.js';

/** The replicas of one thread. Catches everything: failures are answers, because a thrown error loses its code on the way. */
export class ReplicaHost {
  private readonly replicas = new Map<ModelKey, Runtime>();

  async infer(frame: ArrayBuffer): Promise<BatchAnswer> {
    const started = performance.now();
    try {
      const { model, ...request } = decodeFrame(frame);
      const replica = this.replicas.get(model);
      if (replica === undefined) throw new ServerError('UNAVAILABLE', `this worker has no replica of '${model}'`);
      const { outputs, parameters } = await replica.predict(request);
      return { ok: true, outputs, parameters, inferenceMs: performance.now() - started };
    } catch (error) {
      return { ok: false, error: errorToData(error), inferenceMs: performance.now() - started };
    }
  }

  async load(spec: ReplicaSpec): Promise<LoadAnswer> {
    try {
      const replica = await loadRuntime(spec);
      await this.replicas.get(spec.key)?.unload();
      this.replicas.set(spec.key, replica);
      return { ok: true, model: replica.model };
    } catch (error) {
      return { ok: false, error: errorToData(error) };
    }
  }

  async unload(key: ModelKey): Promise<UnloadAnswer> {
    try {
      const replica = this.replicas.get(key);
      this.replicas.delete(key);
      await replica?.unload();
      return { ok: true };
    } catch (error) {
      return { ok: false, error: errorToData(error) };
    }
  }
}

/** Below this many bytes a copy is cheaper than a transfer. */
const TRANSFER_FROM_BYTES = 4096;

/** The buffers of an answer that are worth moving, each once. */
export function buffersOf(answer: BatchAnswer): ArrayBuffer[] {
  if (!answer.ok) return [];
  const buffers = new Set<ArrayBuffer>();
  const add = (view: ArrayBufferView) => {
    const whole = view.byteLength === view.buffer.byteLength;
    if (whole && view.byteLength >= TRANSFER_FROM_BYTES && view.buffer instanceof ArrayBuffer) buffers.add(view.buffer);
  };
  for (const { data } of answer.outputs as readonly Tensor[]) {
    if (isBytes(data)) {
      add(data.offsets);
      add(data.bytes);
    } else add(data);
  }
  return [...buffers];
}
