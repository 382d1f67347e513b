import type { CliHost } from './host.js';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

export interface StopSignals {
  /** Resolves with the name of the first signal that asks the process to end. */
  readonly first: Promise<string>;
  /** Resolves when somebody loses patience. */
  readonly second: Promise<string>;
  /** Gives the signals back their default effect. */
  release(): void;
}

export function listenForStop(signals: CliHost['signals']): StopSignals {
  const waiting: ((signal: string) => void)[] = [];
  const first = new Promise<string>(resolve => waiting.push(resolve));
  const second = new Promise<string>(resolve => waiting.push(resolve));
  const listener = (signal: string) => waiting.shift()?.(signal);
  for (const signal of STOP_SIGNALS) signals.on(signal, listener);
  return {
    first,
    second,
    release() {
      for (const signal of STOP_SIGNALS) signals.off(signal, listener);
    },
  };
}
