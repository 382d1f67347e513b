import type { InferObserver } from '../client/infer-lines.js';
import type { Clock } from '../core/clock.js';
import { escapeLine } from '../logging/escape.js';
import type { CliOutput } from './host.js';

/** A terminal shows one line that changes; elsewhere each is a line of its own. */
const TERMINAL_EVERY_MS = 200;
const LOG_EVERY_MS = 10_000;
const ERASE_LINE = '\r\x1b[K';

/** Tells on stderr how far `modelyard infer` is. */
export class InferProgress implements InferObserver {
  failed = 0;
  private processed = 0;
  private readonly started: number;
  private shownAt: number;

  constructor(
    private readonly stream: CliOutput,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly verbosity: number,
  ) {
    this.started = clock.now();
    this.shownAt = this.started;
  }

  sent(lines: number, outcome: string, elapsedMs: number): void {
    if (this.verbosity < 2) return;
    this.say(`a request of ${lines === 1 ? '1 line' : `${lines} lines`}: ${outcome} in ${elapsedMs.toFixed(1)} ms`);
  }

  retrying(reason: string, waitMs: number): void {
    if (this.verbosity > 0) this.say(`${reason}: another attempt in ${(waitMs / 1000).toFixed(1)} s`);
  }

  finished(index: number, error: string | undefined): void {
    this.processed++;
    if (error !== undefined) {
      this.failed++;
      if (this.verbosity > 0) this.say(`line ${index + 1}: ${error}`);
    }
    const now = this.clock.now();
    if (now - this.shownAt < (this.stream.isTTY ? TERMINAL_EVERY_MS : LOG_EVERY_MS)) return;
    this.shownAt = now;
    const perSecond = Math.round(this.processed / ((now - this.started) / 1000));
    const text = `${this.processed} instances, ${this.failed} failed, ${perSecond}/s`;
    this.stream.write(this.stream.isTTY ? `${ERASE_LINE}${text}` : `${text}\n`);
  }

  /** MLServer's last words, and how many failed. */
  end(): void {
    this.say(`Total processed instances: ${this.processed}`);
    if (this.failed > 0) this.say(`Failed: ${this.failed}`);
    this.say(`Time taken: ${((this.clock.now() - this.started) / 1000).toFixed(2)} seconds`);
  }

  private say(text: string): void {
    this.stream.write(`${this.stream.isTTY ? ERASE_LINE : ''}${escapeLine(text)}\n`);
  }
}
