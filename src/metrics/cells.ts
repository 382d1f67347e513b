/*
 * What one time series counts in. Cells are written on the path of every request and read by scrapes: plain numbers and a
 * short linear search, because prom-client's own metrics hash their labels on every call.
 */

/** One number to be read: `suffix` extends the metric's name, `le` is the bucket it belongs to. */
export interface Reading {
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  readonly le?: string;
  readonly value: number;
}

export interface Cell {
  read(): readonly Reading[];
}

/** A counter's or a gauge's number. */
export class NumberCell implements Cell {
  value = 0;

  read(): readonly Reading[] {
    return [{ suffix: '', value: this.value }];
  }
}

/** How many and how much, without quantiles. */
export class SummaryCell implements Cell {
  private count = 0;
  private sum = 0;

  observe(value: number): void {
    this.count++;
    this.sum += value;
  }

  read(): readonly Reading[] {
    return [
      { suffix: '_sum', value: this.sum },
      { suffix: '_count', value: this.count },
    ];
  }
}

/** Counts per bucket; `bounds` are the inclusive upper ends, ascending, and one more bucket takes what is beyond. */
export class HistogramCell implements Cell {
  private readonly counts: Float64Array;
  private sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) bucket++;
    this.counts[bucket]++;
    this.sum += value;
  }

  read(): readonly Reading[] {
    const readings: Reading[] = [];
    let count = 0;
    this.counts.forEach((inBucket, i) => {
      count += inBucket;
      const le = i < this.bounds.length ? String(this.bounds[i]) : '+Inf';
      readings.push({ suffix: '_bucket', le, value: count });
    });
    readings.push({ suffix: '_sum', value: this.sum }, { suffix: '_count', value: count });
    return readings;
  }
}
