import type { BatchReport, Telemetry } from '../../src/core/telemetry.js';

/** Telemetry that nobody reads, with the model states and batches it was told. */
export class SilentTelemetry implements Telemetry {
  readonly states: string[] = [];
  readonly batches: BatchReport[] = [];

  requestDone(): void {}
  cacheAsked(): void {}
  workerState(): void {}
  metricValues(): void {}

  batchDone(_model: unknown, batch: BatchReport): void {
    this.batches.push(batch);
  }

  modelState(model: { name: string; version: string }, state: string): void {
    this.states.push(`${model.name}:${model.version} ${state}`);
  }
}
