/** A list that grows at its end and shrinks at its start, both in constant time. */
export class Fifo<T> {
  private items: T[] = [];
  private first = 0;

  get length(): number {
    return this.items.length - this.first;
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** The item at `index`, counted from the start. */
  at(index: number): T | undefined {
    return this.items[this.first + index];
  }

  /** Takes the first `count` items out. */
  take(count: number): T[] {
    const taken = this.items.slice(this.first, this.first + count);
    this.first += taken.length;
    if (this.first * 2 > this.items.length) {
      this.items = this.items.slice(this.first);
      this.first = 0;
    }
    return taken;
  }

  shift(): T | undefined {
    return this.take(1)[0];
  }

  /** Takes out whatever does not pass. */
  keep(passes: (item: T) => boolean): void {
    this.items = this.items.slice(this.first).filter(passes);
    this.first = 0;
  }
}
