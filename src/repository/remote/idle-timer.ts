import { unreachable } from './remote-source.js';

/** Ends what hears nothing for too long: `signal` aborts when `restart` was not called in time. */
export class IdleTimer {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;

  /** 0: never. */
  constructor(private readonly timeoutMs: number) {
    this.timer = timeoutMs > 0 ? setTimeout(() => this.controller.abort(), timeoutMs) : undefined;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(): void {
    this.timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** What `answer` settles with, or the failure when it takes too long, whether or not whoever answers heeds the signal. */
  async guard<T>(uri: string, answer: Promise<T>): Promise<T> {
    const late = new Promise<never>((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.failure(uri)), { once: true });
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      this.stop();
      throw this.signal.aborted ? this.failure(uri) : error;
    }
  }

  failure(uri: string): Error {
    return unreachable(uri, `nothing came for ${this.timeoutMs / 1000} s (download_timeout)`);
  }
}
