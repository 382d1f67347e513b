import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import type { CliHost } from '../../src/cli/host.js';
import { FakeClock } from '../support/fake-clock.js';

export interface FakeHost extends CliHost {
  readonly signals: EventEmitter;
  readonly clock: FakeClock;
  /** What went to stdout and stderr so far. */
  output(): string;
  errors(): string;
}

/** A process that is none: it collects what is written, and its time passes when told. */
export function fakeHost(options: Partial<Pick<CliHost, 'env' | 'workingDirectory'>> = {}): FakeHost {
  const written = { stdout: '', stderr: '' };
  return {
    env: {},
    workingDirectory: tmpdir(),
    ...options,
    stdout: { write: text => (written.stdout += text) },
    stderr: { write: text => (written.stderr += text) },
    signals: new EventEmitter(),
    clock: new FakeClock(),
    output: () => written.stdout,
    errors: () => written.stderr,
  };
}
