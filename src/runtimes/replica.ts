import type { Runtime } from './runtime.js';

/** A runtime and the answers it is making. Some may be for callers that have gone: they must not find it unloaded under way. */
export class Replica {
  private making = 0;
  private unwanted = false;

  constructor(readonly runtime: Runtime) {}

  /** An answer is begun; `end` follows. */
  begin(): void {
    this.making++;
  }

  end(): void {
    this.making--;
    // Whoever wanted that does not wait for it any more.
    if (this.making === 0 && this.unwanted) this.runtime.unload().catch(() => {});
  }

  /** Unloads, now or when the last answer is made. */
  async unload(): Promise<void> {
    this.unwanted = true;
    if (this.making === 0) await this.runtime.unload();
  }
}
