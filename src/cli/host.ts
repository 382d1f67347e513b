import { type Clock, systemClock } from '../core/clock.js';
import type { LogStream } from '../logging/logger.js';

/** The process as commands see it, so that tests can stand in for it. */
export interface CliHost {
  readonly stdout: LogStream;
  readonly stderr: LogStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly clock: Pick<Clock, 'now' | 'at'>;
  /** Emits 'SIGTERM', 'SIGINT' and 'SIGQUIT'. */
  readonly signals: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
}

export function processHost(): CliHost {
  const { stdout, stderr, env } = process;
  return { stdout, stderr, env, workingDirectory: process.cwd(), clock: systemClock, signals: process };
}
