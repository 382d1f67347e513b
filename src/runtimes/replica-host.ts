import { errorToData, ServerError } from '../core/errors.js';
import { isBytes, type Tensor } from '../core/tensor.js';
import { decodeFrame } from '../wire/frame.js';
import type { BatchAnswer, LoadAnswer, ModelKey, ModelLogLine, ReplicaSpec, UnloadAnswer } from '../wire/messages.js';
import { loadRuntime } from './catalogue.js';
import { Replica } from './replica.js';
import type { Prediction } from './runtime.js';

/** The replicas of one thread. Catches everything: failures are answers, because a thrown error loses its code on the way. */
export class ReplicaHost {
  private readonly replicas = new Map<ModelKey, Replica>();
  /** What loads, until it has loaded or is to be unloaded. */
  private readonly loading = new Set<ModelKey>();

  /** `log` takes what models write to the server's log. */
  constructor(private readonly log: (line: ModelLogLine) => void = () => {}) {}

  async infer(frame: ArrayBuffer): Promise<BatchAnswer> {
    const started = performance.now();
    let replica: Replica | undefined;
    try {
      const { model, ...request } = decodeFrame(frame);
      replica = this.replica(model);
      const prediction = await replica.runtime.predict(request);
      return { ok: true, ...prediction, inferenceMs: performance.now() - started };
    } catch (error) {
      return { ok: false, error: errorToData(error), inferenceMs: performance.now() - started };
    } finally {
      replica?.end();
    }
  }

  /** The answers of a model that streams, each made when it is asked for; a failure is the last. */
  async *stream(frame: ArrayBuffer, signal: AbortSignal): AsyncGenerator<BatchAnswer, undefined> {
    let started = performance.now();
    let replica: Replica | undefined;
    let answers: AsyncIterator<Prediction> | undefined;
    try {
      const { model, ...request } = decodeFrame(frame);
      replica = this.replica(model);
      answers = replica.runtime.predictStream?.(request, signal);
      if (answers === undefined) throw new ServerError('UNIMPLEMENTED', `'${model}' does not stream`);
      for (;;) {
        const next = await unlessAborted(answers.next(), signal);
        if (next === undefined || next.done) return;
        yield { ok: true, ...next.value, inferenceMs: performance.now() - started };
        started = performance.now();
      }
    } catch (error) {
      yield { ok: false, error: errorToData(error), inferenceMs: performance.now() - started };
    } finally {
      // Not waited for: the model may be in the middle of an answer.
      void Promise.resolve(answers?.return?.())
        .catch(() => {})
        .finally(() => replica?.end());
    }
  }

  async load(spec: ReplicaSpec): Promise<LoadAnswer> {
    const { key } = spec;
    this.loading.add(key);
    try {
      const runtime = await loadRuntime(spec, this.log);
      if (!this.loading.has(key)) {
        await runtime.unload();
        throw new ServerError('ABORTED', `'${key}' was unloaded while it was loading`);
      }
      await this.replicas.get(key)?.unload();
      this.replicas.set(key, new Replica(runtime));
      return { ok: true, model: runtime.model };
    } catch (error) {
      return { ok: false, error: errorToData(error) };
    } finally {
      this.loading.delete(key);
    }
  }

  async unload(key: ModelKey): Promise<UnloadAnswer> {
    try {
      this.loading.delete(key);
      const replica = this.replicas.get(key);
      this.replicas.delete(key);
      await replica?.unload();
      return { ok: true };
    } catch (error) {
      return { ok: false, error: errorToData(error) };
    }
  }

  /** One that begins an answer, and is to be told of its end. */
  private replica(key: ModelKey): Replica {
    const replica = this.replicas.get(key);
    if (replica === undefined) throw new ServerError('UNAVAILABLE', `this worker has no replica of '${key}'`);
    replica.begin();
    return replica;
  }
}

/** Undefined as soon as nobody wants it any more. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
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
