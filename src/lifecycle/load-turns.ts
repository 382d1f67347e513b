import type { Scheduler } from '../batching/scheduler.js';
import type { WorkerId } from '../pool/worker-pool.js';

/**
 * Loading a model holds its thread up. While there are requests only one worker at a time loads, and if there are others it gets
 * no requests meanwhile.
 */
export class LoadTurns {
  /** Whose turn it is, and how many loads it has under way. */
  private turn: WorkerId | undefined;
  private loads = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  async run<T>(worker: WorkerId, load: () => Promise<T>): Promise<T> {
    const { scheduler } = this;
    while (this.turn !== undefined && this.turn !== worker && !scheduler.quiet) {
      await new Promise<void>(resolve => this.waiting.push(resolve));
    }
    if (scheduler.quiet) return load();
    this.turn = worker;
    this.loads++;
    scheduler.rest(worker);
    try {
      return await load();
    } finally {
      this.loads--;
      if (this.loads === 0) this.end(worker);
    }
  }

  private end(worker: WorkerId): void {
    this.turn = undefined;
    this.scheduler.resume(worker);
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
