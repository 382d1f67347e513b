import { type Clock, systemClock } from '../core/clock.js';
import type { LogStream } from '../logging/logger.js';

/** Where a command writes. `done` is told when the text is out, or why it never will be. */
export interface CliOutput extends LogStream {
  write(text: string, done?: (error?: Error | null) => void): unknown;
}

/** The process as commands see it, so that tests can stand in for it. */
export interface CliHost {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly clock: Pick<Clock, 'now' | 'at'>;
  /** Emits 'SIGTERM', 'SIGINT' and 'SIGQUIT'. */
  readonly signals: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
}

export function processHost(): CliHost {
  const { stdout, stderr, env } = process;
  // Without a listener, a reader that has seen enough (`modelyard inspect FILE | head -1`) would end the process with a stack.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  return {
    // Looking at it opens it, which only a command that reads it should do.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    env,
    workingDirectory: process.cwd(),
    clock: systemClock,
    signals: process,
  };
}
