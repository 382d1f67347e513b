import type { Positions } from './driver.js';

/**
 * Commits positions one request at a time; those that are marked meanwhile go together with the next.
 */
export class Committer {
  private marked = new Map<number, number>();
  private busy: Promise<void> | undefined;

  constructor(private readonly commit: (positions: Positions) => Promise<void>) {}

  /** Everything before `position` is answered. */
  mark(partition: number, position: number): void {
    this.marked.set(partition, position);
  }

  /** A partition that somebody else reads. */
  forget(partition: number): void {
    this.marked.delete(partition);
  }

  /** Settles when all that is marked has been offered; rejects as `commit` does. */
  flush(): Promise<void> {
    this.busy ??= this.run().finally(() => {
      this.busy = undefined;
    });
    return this.busy;
  }

  private async run(): Promise<void> {
    while (this.marked.size > 0) {
      const positions = this.marked;
      this.marked = new Map();
      await this.commit(positions);
    }
  }
}
