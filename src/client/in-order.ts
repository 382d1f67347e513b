export interface InOrderOptions<Item, Result> {
  /** Items that are worked on at a time. */
  readonly workers: number;
  /** Items that may be taken before the first of them is written: what bounds the memory. */
  readonly window: number;
  readonly work: (item: Item) => Promise<Result>;
  /** Called for one result at a time, in the items' order. */
  readonly write: (result: Result) => Promise<void>;
}

/** Works on several items at a time and writes the results in the items' order. Rejects with the first failure of any part. */
export async function inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  { workers, window, work, write }: InOrderOptions<Item, Result>,
): Promise<void> {
  const source = items[Symbol.asyncIterator]();
  const done = new Map<number, Result>();
  let taken = 0;
  let written = 0;
  let stopped = false;
  let writing = Promise.resolve();
  const waiting: (() => void)[] = [];
  const wakeAll = () => {
    for (const wake of waiting.splice(0)) wake();
  };

  const flush = async () => {
    for (let result = done.get(written); done.has(written); result = done.get(written)) {
      await write(result!);
      done.delete(written++);
      wakeAll();
    }
  };
  const worker = async () => {
    while (!stopped) {
      if (taken - written >= window) {
        await new Promise<void>(resolve => waiting.push(resolve));
        continue;
      }
      const at = taken++;
      const next = await source.next();
      if (next.done) return;
      done.set(at, await work(next.value));
      writing = writing.then(flush);
      await writing;
    }
  };

  try {
    await Promise.all(Array.from({ length: workers }, worker));
  } finally {
    stopped = true;
    wakeAll();
    // Not awaited: a source that waits for input of its own would hold up the failure.
    source.return?.().catch(() => {});
  }
}
