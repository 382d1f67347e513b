import type { StoredArray, Value } from './value.js';

/** The constants of one kernel step: numbers and names as JSON, arrays as they stand in the plan file (never written to). */
export interface KernelConstants<P = unknown> {
  readonly params: P;
  readonly arrays: Readonly<Record<string, StoredArray>>;
}

/** A prepared step: values of `rows` rows in, values out, in the order the plan names them. Inputs are never written to. */
export type KernelStep = (inputs: readonly Value[], rows: number) => Value[];

/** Prepares a step once per replica: derived tables and scratch memory are made here, not per call. */
export type Kernel<P = unknown> = (constants: KernelConstants<P>) => KernelStep;
