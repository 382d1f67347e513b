import type { CliHost } from './host.js';

/** A terminal sends Ctrl-C to every process in front, and npm hands its own on to the server: one key, two signals. */
const ECHO_MS = 300;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

export interface StopSignals {
  /** Resolves with the name of the first signal that asks the process to end. */
  readonly first: Promise<string>;
  /** Resolves when somebody loses patience. */
  readonly second: Promise<string>;
  /** Gives the signals back their default effect. */
  release(): void;
}

export function listenForStop({ signals, clock }: Pick<CliHost, 'signals' | 'clock'>): StopSignals {
  const waiting: ((signal: string) => void)[] = [];
  const first = new Promise<string>(resolve => waiting.push(resolve));
  const second = new Promise<string>(resolve => waiting.push(resolve));
  let interruptedAt = Number.NEGATIVE_INFINITY;
  const listener = (signal: string) => {
    if (signal === 'SIGINT') {
      if (clock.now() - interruptedAt < ECHO_MS) return;
      interruptedAt = clock.now();
    }
    waiting.shift()?.(signal);
  };
  for (const signal of STOP_SIGNALS) signals.on(signal, listener);
  return {
    first,
    second,
    release() {
      for (const signal of STOP_SIGNALS) signals.off(signal, listener);
    },
  };
}
