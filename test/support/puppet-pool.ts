import { ServerError } from '../../src/core/errors.js';
import type { InferRequest } from '../../src/core/protocol.js';
import type { Tensor } from '../../src/core/tensor.js';
import type { WorkerId, WorkerPool, WorkerPoolEvents } from '../../src/pool/worker-pool.js';
import { decodeFrame, type Frame } from '../../src/wire/frame.js';
import type { BatchAnswer, LoadAnswer, ReplicaSpec, UnloadAnswer } from '../../src/wire/messages.js';
import { rowsModel } from './models.js';

/** A frame that a worker has and has not answered. */
export class PuppetFrame {
  readonly frame: Frame;

  constructor(
    readonly worker: WorkerId,
    buffer: ArrayBuffer,
    readonly answer: (answer: BatchAnswer) => void,
    readonly reject: (error: Error) => void,
  ) {
    this.frame = decodeFrame(buffer);
  }

  /** Rows of the first input. */
  get rows(): number {
    return this.frame.inputs[0].shape[0];
  }

  get request(): InferRequest {
    return this.frame;
  }

  /** Answers with the inputs themselves. */
  echo(): void {
    this.succeed(this.frame.inputs);
  }

  succeed(outputs: readonly Tensor[]): void {
    this.answer({ ok: true, outputs, inferenceMs: 1 });
  }

  fail(message: string): void {
    this.answer({ ok: false, error: { code: 'INVALID_ARGUMENT', message }, inferenceMs: 1 });
  }
}

/** A pool whose workers do what the test says, when it says so. */
export class PuppetPool implements WorkerPool {
  readonly frames: PuppetFrame[] = [];
  readonly killed: WorkerId[] = [];
  readonly loads: { worker: WorkerId; spec: ReplicaSpec }[] = [];
  readonly unloads: { worker: WorkerId; key: string }[] = [];
  /** What workers say to a load; may be replaced by the test. */
  onLoad: (worker: WorkerId, spec: ReplicaSpec) => Promise<LoadAnswer> = async () => ({
    ok: true,
    model: rowsModel(1),
  });
  /** Called for every frame, after it was put into `frames`. */
  onFrame: (frame: PuppetFrame) => void = () => {};
  events: WorkerPoolEvents | undefined;

  start(events: WorkerPoolEvents): void {
    this.events = events;
  }

  infer(worker: WorkerId, frame: ArrayBuffer): Promise<BatchAnswer> {
    return new Promise((resolve, reject) => {
      const arrived = new PuppetFrame(worker, frame, resolve, reject);
      this.frames.push(arrived);
      this.onFrame(arrived);
    });
  }

  /** What streams give; may be replaced by the test. */
  onStream: (worker: WorkerId, frame: Frame) => AsyncIterator<BatchAnswer, undefined> = () => {
    throw new Error('no stream was expected');
  };

  stream(worker: WorkerId, frame: ArrayBuffer): AsyncIterator<BatchAnswer, undefined> {
    return this.onStream(worker, decodeFrame(frame));
  }

  load(worker: WorkerId, spec: ReplicaSpec): Promise<LoadAnswer> {
    this.loads.push({ worker, spec });
    return this.onLoad(worker, spec);
  }

  /** What workers say to an unload; may be replaced by the test. */
  onUnload: () => Promise<UnloadAnswer> = async () => ({ ok: true });

  unload(worker: WorkerId, key: string): Promise<UnloadAnswer> {
    this.unloads.push({ worker, key });
    return this.onUnload();
  }

  kill(worker: WorkerId): void {
    this.killed.push(worker);
  }

  async close(): Promise<void> {}

  /** An empty worker comes. */
  join(worker: WorkerId): void {
    this.events?.joined(worker);
  }

  /** The worker dies: what it had is rejected. */
  lose(worker: WorkerId): void {
    this.events?.lost(worker, 'the test ended it');
    for (const frame of this.frames) {
      if (frame.worker === worker) frame.reject(new ServerError('UNAVAILABLE', 'the worker stopped'));
    }
  }
}
