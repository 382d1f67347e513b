/** Finds out what is to be done; what it resolves with does it. */
export type LookUp = () => Promise<() => Promise<void>>;

/**
 * Changes under one name begin in the order in which they were asked for, however long each has to look something up first. The
 * next looks when the one before has begun, not when it has ended.
 */
export class InOrder {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Settles as the change itself does. */
  async run(name: string, lookUp: LookUp): Promise<void> {
    const before = this.last.get(name) ?? Promise.resolve();
    const begun = before.then(lookUp).then(change => ({ ended: change() }));
    const turn = begun.catch(() => {});
    this.last.set(name, turn);
    void turn.then(() => {
      if (this.last.get(name) === turn) this.last.delete(name);
    });
    await (await begun).ended;
  }
}
