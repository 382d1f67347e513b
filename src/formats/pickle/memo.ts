import { badFile } from '../errors.js';
import type { PyValue } from './values.js';

/**
 * The values a pickle mentions again, by index. Python counts up from 0, so nearly all indices extend an array; any
 * other index (they come from the file, up to 2^32) goes to a sparse map and never makes the array grow.
 */
export class Memo {
  private readonly dense: PyValue[] = [];
  private readonly sparse = new Map<number, PyValue>();

  constructor(private readonly maxEntries: number) {}

  get size(): number {
    return this.dense.length + this.sparse.size;
  }

  set(index: number, value: PyValue): void {
    if (index < this.dense.length) this.dense[index] = value;
    else if (this.size >= this.maxEntries) throw badFile(`more than ${this.maxEntries} memo entries`);
    else if (index === this.dense.length) this.dense.push(value);
    else this.sparse.set(index, value);
  }

  get(index: number): PyValue {
    const value = index < this.dense.length ? this.dense[index] : this.sparse.get(index);
    if (value === undefined) throw badFile(`memo entry ${index} was never stored`);
    return value;
  }
}
