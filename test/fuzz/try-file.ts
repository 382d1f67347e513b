import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { convertFile } from '../../src/convert/convert-file.js';
import { encodePlan } from '../../src/convert/plan-file.js';
import { ServerError } from '../../src/core/errors.js';
import type { ModelInterface } from '../../src/core/model-interface.js';
import { bytesColumn, dataLength, elementCount, type Tensor } from '../../src/core/tensor.js';
import { PlannedRuntime } from '../../src/runtimes/planned.js';
import type { Runtime } from '../../src/runtimes/runtime.js';

/** One model file to try. */
export interface Attempt {
  readonly path: string;
  readonly kind: string;
  /** Where its plan may be written. */
  readonly planPath: string;
}

export type Outcome = 'refused' | 'served';

const MAX_BYTES = 64 * 2 ** 20;
/** Rows wider than this are not made: they would say nothing about the model. */
const MAX_COLUMNS = 100_000;

/**
 * Does with a file what a server does: converts it, and if it can be converted loads the plan and asks it for every method.
 * Throws when anything but a plain refusal or well-formed answers comes of it.
 */
export async function tryFile({ path, kind, planPath }: Attempt): Promise<Outcome> {
  try {
    await writeFile(planPath, encodePlan(await convertFile(path, kind, MAX_BYTES)));
  } catch (error) {
    checkRefusal(error);
    return 'refused';
  }
  const runtime = await PlannedRuntime.load(planPath);
  for (const method of runtime.model.methods ?? []) for (const rows of [1, 3]) await ask(runtime, method, rows);
  await runtime.unload();
  return 'served';
}

async function ask(runtime: Runtime, method: string, rows: number): Promise<void> {
  const inputs = inputsOf(runtime.model, rows);
  if (inputs === undefined) return;
  try {
    const { outputs } = await runtime.predict({ inputs, outputs: [{ name: method }] });
    for (const { name, shape, data } of outputs) {
      assert.equal(shape[0], rows, `${name}: rows`);
      assert.equal(dataLength(data), elementCount(shape, name), `${name}: values`);
    }
  } catch (error) {
    checkRefusal(error);
  }
}

/** A refusal is one of ours, and not one that hides a mistake. */
function checkRefusal(error: unknown): void {
  const foreseen = error instanceof ServerError && error.code !== 'INTERNAL';
  if (!foreseen) throw error;
  if (error.cause instanceof TypeError || error.cause instanceof RangeError) throw error.cause;
}

function inputsOf({ rule }: ModelInterface, rows: number): Tensor[] | undefined {
  assert.equal(rule.kind, 'rows');
  const { columns, names, types } = rule;
  if (columns > MAX_COLUMNS) return undefined;
  if (types === 'number') return [numbers('rows', [rows, columns])];
  if (names === undefined) return [texts('rows', [rows, columns])];
  return names.map((name, column) => (types[column] === 'number' ? numbers(name, [rows]) : texts(name, [rows])));
}

function numbers(name: string, shape: number[]): Tensor {
  const data = Float64Array.from({ length: elementCount(shape, name) }, (_, i) => (i % 7) - 1.5);
  return { name, datatype: 'FP64', shape, data };
}

function texts(name: string, shape: number[]): Tensor {
  const data = bytesColumn(Array.from({ length: elementCount(shape, name) }, (_, i) => `text number ${i}`));
  return { name, datatype: 'BYTES', shape, data };
}
