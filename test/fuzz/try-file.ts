import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { convertFile } from '../../src/convert/convert-file.js';
import { encodePlan } from '../../src/convert/plan-file.js';
import { type Datatype, newArray } from '../../src/core/datatype.js';
import { ServerError } from '../../src/core/errors.js';
import type { ModelInterface } from '../../src/core/model-interface.js';
import { bytesColumn, dataLength, elementCount, type Tensor } from '../../src/core/tensor.js';
import { OnnxRuntime } from '../../src/runtimes/onnx.js';
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
const MAX_VALUES = 100_000;

/**
 * Does with a file what a server does: loads it, and asks what could be loaded for each of its outputs. Throws when anything but a
 * plain refusal or well-formed answers comes of it.
 */
export async function tryFile(attempt: Attempt): Promise<Outcome> {
  let runtime: Runtime;
  try {
    runtime = await load(attempt);
  } catch (error) {
    checkRefusal(error);
    return 'refused';
  }
  for (const output of runtime.model.methods ?? []) for (const rows of [1, 3]) await ask(runtime, output, rows);
  await runtime.unload();
  return 'served';
}

async function load({ path, kind, planPath }: Attempt): Promise<Runtime> {
  if (kind === 'onnx') return OnnxRuntime.load(path);
  await writeFile(planPath, encodePlan(await convertFile(path, kind, { maxBytes: MAX_BYTES })));
  return PlannedRuntime.load(planPath);
}

async function ask(runtime: Runtime, output: string, rows: number): Promise<void> {
  const inputs = inputsOf(runtime.model, rows);
  if (inputs === undefined) return;
  try {
    const { outputs } = await runtime.predict({ inputs, outputs: [{ name: output }] });
    for (const { name, shape, data } of outputs) {
      if (runtime.model.rule.kind === 'rows') assert.equal(shape[0], rows, `${name}: rows`);
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

/** Undefined when the rows would be too large to say anything about the model. */
function inputsOf({ rule, inputs }: ModelInterface, rows: number): Tensor[] | undefined {
  if (rule.kind !== 'rows') {
    const shapes = inputs.map(({ shape }) => shape.map(size => (size < 0 ? rows : size)));
    if (shapes.some(shape => shape.reduce((count, size) => count * size, 1) > MAX_VALUES)) return undefined;
    return inputs.map(({ name, datatype }, i) => tensor(name, datatype, shapes[i]));
  }
  const { columns, names, types } = rule;
  if (columns > MAX_VALUES) return undefined;
  const datatypeOf = (column: number) => (types === 'number' || types[column] === 'number' ? 'FP64' : 'BYTES');
  if (types === 'number' || names === undefined) return [tensor('rows', datatypeOf(0), [rows, columns])];
  return names.map((name, column) => tensor(name, datatypeOf(column), [rows]));
}

function tensor(name: string, datatype: Datatype, shape: number[]): Tensor {
  const count = elementCount(shape, name);
  if (datatype === 'BYTES') {
    return { name, datatype, shape, data: bytesColumn(Array.from({ length: count }, (_, i) => `text number ${i}`)) };
  }
  const data = newArray(datatype, count);
  const wide = datatype === 'INT64' || datatype === 'UINT64';
  for (let i = 0; i < count; i++) data[i] = wide ? BigInt(i % 7) : (i % 7) * 0.5;
  return { name, datatype, shape, data };
}
