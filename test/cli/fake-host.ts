import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import type { CliHost } from '../../src/cli/host.js';
import { FakeClock } from '../support/fake-clock.js';

export interface FakeHost extends CliHost {
  readonly signals: EventEmitter;
  /** What went to stdout and stderr so far. */
  output(): string;
  errors(): string;
  /** Lets that much time pass. */
  advance(ms: number): void;
  timers(): number;
}

/** A process that is none: it collects what is written, and its time passes when told. */
export function fakeHost(options: Partial<Pick<CliHost, 'env' | 'workingDirectory'>> = {}): FakeHost {
  const written = { stdout: '', stderr: '' };
  const clock = new FakeClock();
  return {
    env: {},
    workingDirectory: tmpdir(),
    ...options,
    stdout: { write: text => (written.stdout += text) },
    stderr: { write: text => (written.stderr += text) },
    signals: new EventEmitter(),
    clock,
    output: () => written.stdout,
    errors: () => written.stderr,
    advance: ms => clock.advance(ms),
    timers: () => clock.pendingTimers,
  };
}
