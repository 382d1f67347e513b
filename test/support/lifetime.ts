import { after } from 'node:test';

/** What a test has while it runs: a test itself, or a suite's own. */
export interface Lifetime {
  after(fn: () => unknown): void;
}

/** Runs `body` with a lifetime of its own: for what is no test. */
export async function during<T>(body: (t: Lifetime) => Promise<T>): Promise<T> {
  const closers: (() => unknown)[] = [];
  try {
    return await body({ after: fn => void closers.push(fn) });
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Called in the body of a suite: what its `before` opens is closed when the suite has ended, the last first. */
export function suiteLifetime(): Lifetime {
  const closers: (() => unknown)[] = [];
  after(async () => {
    for (const close of closers.reverse()) await close();
  });
  return { after: fn => void closers.push(fn) };
}
