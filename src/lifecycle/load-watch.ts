import type { Scheduler } from '../batching/scheduler.js';
import type { Clock } from '../core/clock.js';
import { errorToData, ServerError } from '../core/errors.js';
import type { WorkerId, WorkerPool } from '../pool/worker-pool.js';
import type { ServerSettings } from '../settings/server-settings.js';
import type { LoadAnswer } from '../wire/messages.js';
import type { ModelVersion } from './model-version.js';

export interface LoadWatchOptions {
  readonly pool: WorkerPool;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly loadTimeoutMs: LoadTimeout;
}

/** How long a version may take to load; infinite for no limit. */
export type LoadTimeout = (version: ModelVersion) => number;

interface WorkerLoads {
  /** Those that were given up count until the worker has ended them: they may hold it up still. */
  underWay: number;
  lastAnswered: number;
}

/** A worker that does not even take a command for so long is held up. */
const HELD_UP_AFTER_MS = 5_000;

/** Only what users wrote can load for ever; files of models are read within limits of their own. */
export function loadTimeout(server: ServerSettings): LoadTimeout {
  return ({ spec: { settings }, replica }) => {
    const timeoutMs = replica!.runtime.kind === 'custom' ? (settings.loadTimeoutMs ?? server.loadTimeoutMs) : 0;
    return timeoutMs === 0 ? Number.POSITIVE_INFINITY : timeoutMs;
  };
}

/**
 * The time of loads. It counts from the last load that the worker has ended: those before it in the same thread are not its fault. One
 * that merely waits for something fails by itself. One that holds the thread up ends it, and fails if it is the only one there;
 * otherwise which of them it is will show when each goes on by itself.
 */
export class LoadWatch {
  private readonly workers = new Map<WorkerId, WorkerLoads>();

  constructor(private readonly options: LoadWatchOptions) {}

  /** Rejects with UNAVAILABLE when the worker is lost, or was ended because of this load or one beside it. */
  async run(worker: WorkerId, version: ModelVersion, load: () => Promise<LoadAnswer>): Promise<LoadAnswer> {
    const { clock, loadTimeoutMs } = this.options;
    const limitMs = loadTimeoutMs(version);
    const loads = this.loadsOf(worker);
    let cancel = () => {};
    const overdue = new Promise<undefined>(resolve => {
      const wait = (until: number) => {
        cancel = clock.at(until, () => {
          const due = loads.lastAnswered + limitMs;
          if (due > clock.now()) wait(due);
          else resolve(undefined);
        });
      };
      if (limitMs !== Number.POSITIVE_INFINITY) wait(clock.now() + limitMs);
    });
    try {
      const loading = this.counted(loads, load);
      const answer = await Promise.race([loading, overdue]);
      if (answer === undefined) return await this.giveUp(worker, version, limitMs, loading);
      loads.lastAnswered = clock.now();
      return answer;
    } finally {
      cancel();
    }
  }

  private async counted(loads: WorkerLoads, load: () => Promise<LoadAnswer>): Promise<LoadAnswer> {
    loads.underWay++;
    try {
      return await load();
    } finally {
      loads.underWay--;
    }
  }

  private loadsOf(worker: WorkerId): WorkerLoads {
    let loads = this.workers.get(worker);
    if (loads === undefined) {
      loads = { underWay: 0, lastAnswered: Number.NEGATIVE_INFINITY };
      this.workers.set(worker, loads);
    }
    return loads;
  }

  private async giveUp(
    worker: WorkerId,
    { key, label }: ModelVersion,
    limitMs: number,
    loading: Promise<LoadAnswer>,
  ): Promise<LoadAnswer> {
    const text = `model '${label.name}' was not loaded within ${limitMs / 1000} s (load_timeout)`;
    if (!(await this.unloads(worker, key))) {
      const alone = this.loadsOf(worker).underWay === 1;
      this.options.scheduler.endWorker(worker, text);
      // Until the worker has gone it would be given what is to be loaded next.
      const lost = await loading.catch((error: unknown) => error);
      if (!alone) throw lost;
    }
    return { ok: false, error: errorToData(new ServerError('DEADLINE_EXCEEDED', text)) };
  }

  /** Has the worker forget the model; false when it does not hear. */
  private async unloads(worker: WorkerId, key: string): Promise<boolean> {
    const { pool, clock } = this.options;
    let cancel = () => {};
    const silent = new Promise<boolean>(resolve => {
      cancel = clock.at(clock.now() + HELD_UP_AFTER_MS, () => resolve(false));
    });
    try {
      return await Promise.race([pool.unload(worker, key).then(() => true), silent]);
    } finally {
      cancel();
    }
  }
}
