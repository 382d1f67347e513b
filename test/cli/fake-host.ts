import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import type { CliHost, CliOutput } from '../../src/cli/host.js';
import { FakeClock } from '../support/fake-clock.js';

export interface FakeHost extends CliHost {
  readonly signals: EventEmitter;
  readonly clock: FakeClock;
  /** What went to stdout and stderr so far. */
  output(): string;
  errors(): string;
}

/** A process that is none: it collects what is written, and its time passes when told. */
export function fakeHost(options: Partial<Pick<CliHost, 'env' | 'workingDirectory' | 'stdin'>> = {}): FakeHost {
  const written = { stdout: '', stderr: '' };
  const outputTo = (stream: keyof typeof written): CliOutput => ({
    write(text, done) {
      written[stream] += text;
      done?.();
    },
  });
  return {
    env: {},
    workingDirectory: tmpdir(),
    stdin: Readable.from([]),
    clock: new FakeClock(),
    ...options,
    stdout: outputTo('stdout'),
    stderr: outputTo('stderr'),
    signals: new EventEmitter(),
    output: () => written.stdout,
    errors: () => written.stderr,
  };
}
