import type { Metric, Registry } from 'prom-client';
import { type Cell, HistogramCell, NumberCell, SummaryCell } from './cells.js';

type MetricType = 'counter' | 'gauge' | 'summary' | 'histogram';
type Labels = Readonly<Record<string, string>>;

/** What a metric is called, and by what its series differ. */
export interface MetricNaming<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

/** One line of a page. */
interface Sample {
  readonly metricName: string;
  readonly labels: Labels;
  /** Those of the series: one object for all its lines and all scrapes, because prom-client formats each object once. */
  readonly sharedLabels?: Labels;
  readonly value: number;
}

/** What prom-client's registry asks of a metric when it is scraped. */
interface MetricReading {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly aggregator: 'sum';
  readonly values: readonly Sample[];
}

const NO_LABELS: Labels = {};

/**
 * A metric with one cell per set of label values. Finding a cell is slow (some 100 ns): callers on the path of a request keep
 * the cells that they need.
 */
export class MetricFamily<C extends Cell, Label extends string> {
  readonly name: string;
  private readonly series = new Map<string, { readonly labels: Labels; readonly cell: C }>();

  constructor(
    registry: Registry,
    private readonly type: MetricType,
    private readonly naming: MetricNaming<Label>,
    private readonly newCell: () => C,
  ) {
    this.name = naming.name;
    // The registry calls nothing but the two methods below, yet its type asks for prom-client's own classes.
    registry.registerMetric(this as unknown as Metric);
  }

  /** The cell of these label values, always the same one. */
  cell(labels: Readonly<Record<Label, string>>): C {
    const values = this.naming.labels.map(label => labels[label]);
    const key = JSON.stringify(values);
    let series = this.series.get(key);
    if (series === undefined) {
      series = { labels: { ...labels }, cell: this.newCell() };
      this.series.set(key, series);
    }
    return series.cell;
  }

  /** For the registry's text. */
  getForPromString(): MetricReading {
    const { name, help } = this.naming;
    const values: Sample[] = [];
    for (const { labels: sharedLabels, cell } of this.series.values()) {
      for (const { suffix, le, value } of cell.read()) {
        values.push({ metricName: name + suffix, labels: le === undefined ? NO_LABELS : { le }, sharedLabels, value });
      }
    }
    return { name, help, type: this.type, aggregator: 'sum', values };
  }

  /** For the registry's objects. */
  get(): MetricReading {
    const reading = this.getForPromString();
    const values = reading.values.map(({ metricName, labels, sharedLabels, value }) => {
      return { metricName, labels: { ...sharedLabels, ...labels }, value };
    });
    return { ...reading, values };
  }
}

export type CounterFamily<Label extends string> = MetricFamily<NumberCell, Label>;
export type GaugeFamily<Label extends string> = MetricFamily<NumberCell, Label>;
export type SummaryFamily<Label extends string> = MetricFamily<SummaryCell, Label>;
export type HistogramFamily<Label extends string> = MetricFamily<HistogramCell, Label>;

export function counter<L extends string>(registry: Registry, naming: MetricNaming<L>): CounterFamily<L> {
  return new MetricFamily(registry, 'counter', naming, () => new NumberCell());
}

export function gauge<L extends string>(registry: Registry, naming: MetricNaming<L>): GaugeFamily<L> {
  return new MetricFamily(registry, 'gauge', naming, () => new NumberCell());
}

export function summary<L extends string>(registry: Registry, naming: MetricNaming<L>): SummaryFamily<L> {
  return new MetricFamily(registry, 'summary', naming, () => new SummaryCell());
}

/** `bounds`: inclusive upper ends of the buckets, ascending, without +Inf. */
export function histogram<L extends string>(
  registry: Registry,
  bounds: readonly number[],
  naming: MetricNaming<L>,
): HistogramFamily<L> {
  return new MetricFamily(registry, 'histogram', naming, () => new HistogramCell(bounds));
}
