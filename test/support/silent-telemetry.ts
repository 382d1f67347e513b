import type { Telemetry } from '../../src/core/telemetry.js';

/** Telemetry that nobody reads, with the model states it was told. */
export class SilentTelemetry implements Telemetry {
  readonly states: string[] = [];
  readonly batches: { requests: number; rows: number; failed: boolean }[] = [];

  requestDone(): void {}
  workerState(): void {}

  batchDone(_model: unknown, batch: { requests: number; rows: number; failed: boolean }): void {
    this.batches.push(batch);
  }

  modelState(model: { name: string; version: string }, state: string): void {
    this.states.push(`${model.name}:${model.version} ${state}`);
  }
}
