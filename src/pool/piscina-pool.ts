import { MessageChannel, type Transferable } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { ServerError } from '../core/errors.js';
import type { BatchAnswer, LoadAnswer, ModelLogLine, ReplicaSpec, UnloadAnswer, WorkerTask } from '../wire/messages.js';
import { RemoteStream } from './remote-stream.js';
import type { WorkerId, WorkerPool, WorkerPoolEvents } from './worker-pool.js';

/** One thread: a Piscina of exactly one worker, which it replaces by itself. */
interface Place {
  readonly thread: Piscina;
  end: End;
}

/** Why one thread of a place is ending, as far as we know; the first reason counts. */
interface End {
  reason?: string;
}

export interface PiscinaPoolOptions {
  readonly workers: number;
  /** The built workers/inference.js. */
  readonly filename: string;
  /** Takes what models write to the server's log. */
  readonly log?: (line: ModelLogLine) => void;
}

/** How long to wait before a thread that died while it started is tried again. */
const RESTART_DELAY_MS = 500;

/**
 * Threads by piscina, one Piscina per worker. A frame must go to the worker that was chosen for it, and a lost worker must be
 * known by its place: with a pool of one neither needs piscina's queue or balancer. `atomics: 'disabled'` because the other
 * modes block the worker's event loop and measured slower here.
 */
export class PiscinaPool implements WorkerPool {
  private readonly places: Place[] = [];
  private closing = false;

  constructor(private readonly options: PiscinaPoolOptions) {}

  start(events: WorkerPoolEvents): void {
    for (let worker = 0; worker < this.options.workers; worker++) this.open(worker, events);
  }

  infer(worker: WorkerId, frame: ArrayBuffer): Promise<BatchAnswer> {
    return this.run<BatchAnswer>(worker, { kind: 'infer', frame }, [frame]);
  }

  stream(worker: WorkerId, frame: ArrayBuffer): AsyncIterator<BatchAnswer, undefined> {
    const { port1, port2 } = new MessageChannel();
    return new RemoteStream(port1, this.run(worker, { kind: 'stream', frame, port: port2 }, [frame, port2]));
  }

  load(worker: WorkerId, spec: ReplicaSpec): Promise<LoadAnswer> {
    return this.run<LoadAnswer>(worker, { kind: 'load', spec });
  }

  unload(worker: WorkerId, key: string): Promise<UnloadAnswer> {
    return this.run<UnloadAnswer>(worker, { kind: 'unload', key });
  }

  kill(worker: WorkerId, reason: string): void {
    const { thread, end } = this.places[worker];
    end.reason ??= reason;
    for (const running of thread.threads) void running.terminate();
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.places.map(place => place.thread.destroy()));
  }

  private open(worker: WorkerId, events: WorkerPoolEvents): void {
    const thread = new Piscina({
      filename: this.options.filename,
      minThreads: 1,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: Number.MAX_SAFE_INTEGER,
      atomics: 'disabled',
      recordTiming: false,
      workerHistogram: false,
    });
    const place: Place = { thread, end: {} };
    this.places[worker] = place;
    thread.on('workerCreate', () => {
      tellEnd(thread, place.end);
      events.joined(worker);
    });
    thread.on('workerDestroy', () => {
      if (this.closing) return;
      const { reason = 'the thread stopped' } = place.end;
      place.end = {};
      events.lost(worker, reason);
      setImmediate(() => this.reopenIfEmpty(worker, events));
    });
    thread.on('message', (line: ModelLogLine) => this.options.log?.(line));
    // Without a listener an error outside of any task would end the process; the thread is replaced either way.
    thread.on('error', () => {});
  }

  /** Piscina gives a place up for good when a thread dies before it was ready. */
  private reopenIfEmpty(worker: WorkerId, events: WorkerPoolEvents): void {
    const { thread } = this.places[worker];
    if (this.closing || thread.threads.length > 0) return;
    // What was asked of it since would wait for ever.
    void thread.destroy();
    setTimeout(() => {
      if (!this.closing) this.open(worker, events);
    }, RESTART_DELAY_MS).unref();
  }

  private async run<Answer>(worker: WorkerId, task: WorkerTask, transferList?: Transferable[]): Promise<Answer> {
    try {
      return (await this.places[worker].thread.run(task, { transferList })) as Answer;
    } catch (error) {
      throw new ServerError('UNAVAILABLE', 'the worker that had this request stopped unexpectedly', { cause: error });
    }
  }
}

/** Piscina tells only those who wait for an answer why a thread ended. */
function tellEnd({ threads: [running] }: Piscina, end: End): void {
  running.prependListener('error', (error: Error) => {
    end.reason ??= error.message;
  });
  running.prependListener('exit', code => {
    end.reason ??= `exit code ${code}`;
  });
}
