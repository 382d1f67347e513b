import type { CancelTimer, Clock } from '../../src/core/clock.js';

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** Time that the test moves. */
export class FakeClock implements Clock {
  private time = 1000;
  private timers: Timer[] = [];
  private turnEnds: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  at(at: number, fn: () => void): CancelTimer {
    const timer = { at, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter(other => other !== timer);
    };
  }

  endOfTurn(fn: () => void): void {
    this.turnEnds.push(fn);
  }

  /** Ends the turn: everything that was to happen once all input was read happens. */
  endTurn(): void {
    for (const fn of this.turnEnds.splice(0)) fn();
  }

  /** Moves on, firing timers in order at their own times. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter(timer => timer !== due);
      this.time = Math.max(this.time, due.at);
      due.fn();
    }
    this.time = end;
  }

  get pendingTimers(): number {
    return this.timers.length;
  }
}
