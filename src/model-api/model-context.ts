import { AsyncLocalStorage } from 'node:async_hooks';
import type { MetricValue } from '../core/telemetry.js';
import type { ModelLogLine } from '../wire/messages.js';

/** Values that wait for the next answer; what is logged beyond is dropped. */
const MAX_VALUES = 10_000;

/** One replica of a custom model, as `metrics` and `logger` know whose they are. */
export class ModelContext {
  private readonly helps = new Map<string, string>();
  private values: MetricValue[] = [];

  constructor(
    readonly name: string,
    readonly version: string | undefined,
    readonly log: (line: ModelLogLine) => void,
  ) {}

  register(metric: string, help: string): void {
    this.helps.set(metric, help);
  }

  /** False for a metric that was not registered. */
  observe(metric: string, value: number): boolean {
    const help = this.helps.get(metric);
    if (help === undefined) return false;
    if (this.values.length < MAX_VALUES) this.values.push({ metric, help, value });
    return true;
  }

  /** What was logged since the last call; undefined for nothing. */
  takeValues(): readonly MetricValue[] | undefined {
    if (this.values.length === 0) return undefined;
    const { values } = this;
    this.values = [];
    return values;
  }
}

const current = new AsyncLocalStorage<ModelContext>();

/** Runs a part of a model; all that it starts belongs to the model as well. */
export function runAs<T>(context: ModelContext, part: () => T): T {
  return current.run(context, part);
}

/** Undefined outside of a model, as while its module is imported. */
export function currentModel(): ModelContext | undefined {
  return current.getStore();
}
