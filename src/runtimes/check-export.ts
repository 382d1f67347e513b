import type { OnnxExport } from '../convert/export/export-plan.js';
import { EXPORT_INPUT } from '../convert/export/export-plan.js';
import type { ModelPlan } from '../convert/plan.js';
import { ServerError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { columnsOf, type Value } from '../kernels/value.js';
import { OnnxSession } from './onnx-session.js';
import { Program } from './program.js';
import { RequestRows } from './request-rows.js';

const ROWS = 128;
/** Columns of rows for a model that takes any number of them. */
const ANY_COLUMNS = 5;
const TOLERANCE = { f32: 1e-5, f64: 1e-9 } as const;

/**
 * Loads an exported model and asks it and the plan the same rows, many of them exactly on the numbers that the plan holds.
 * Rejects with INTERNAL at the first answer that differs by more than roundings do.
 */
export async function checkExport(plan: ModelPlan, { model, outputs }: OnnxExport): Promise<void> {
  const rows = sampleRows(plan);
  const program = await Program.compile(plan, outputs, plan.input.datatype === 'FP32');
  const session = await OnnxSession.create(model);
  try {
    const wanted = await program.run(new RequestRows({ inputs: [rows] }, plan.input));
    const type = plan.input.datatype === 'FP32' ? 'f32' : 'f64';
    const got = await session.run({ [EXPORT_INPUT]: { type, shape: rows.shape, data: rows.data } as Value });
    outputs.forEach(({ name }, i) => {
      compare(name, got[i], wanted[i]);
    });
  } finally {
    await program.release();
    await session.release();
  }
}

function compare(name: string, got: Value, wanted: Value): void {
  const differ = (what: string) =>
    new ServerError('INTERNAL', `the exported graph is not the model: '${name}' is ${what}; please report this`);
  if (String(got.shape) !== String(wanted.shape)) throw differ(`of shape [${got.shape}], expected [${wanted.shape}]`);
  const width = columnsOf(wanted);
  for (let i = 0; i < wanted.data.length; i++) {
    if (isClose(got.data[i], wanted.data[i], got.type)) continue;
    throw differ(`${got.data[i]} in row ${Math.floor(i / width)}, column ${i % width}, expected ${wanted.data[i]}`);
  }
}

type Element = Value['data'][number];

function isClose(got: Element, wanted: Element, type: Value['type']): boolean {
  if (type === 'str') return got === (wanted ?? '');
  const [a, b] = [Number(got), Number(wanted)];
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (type !== 'f32' && type !== 'f64') return false;
  return Math.abs(a - b) <= TOLERANCE[type] * (1 + Math.abs(b));
}

/** The same rows every time: numbers of the plan, random ones of several sizes, and missing ones where they are understood. */
function sampleRows({ input, arrays }: ModelPlan): Tensor {
  const columns = input.columns < 0 ? ANY_COLUMNS : input.columns;
  const random = generator(columns);
  const held = arrays.filter(array => array instanceof Float64Array || array instanceof Float32Array);
  const data = input.datatype === 'FP32' ? new Float32Array(ROWS * columns) : new Float64Array(ROWS * columns);
  for (let i = 0; i < data.length; i++) {
    const array = held[Math.floor(random() * held.length)];
    const own = array?.[Math.floor(random() * array.length)] ?? Number.NaN;
    const size = 10 ** Math.floor(random() * 4 - 1);
    const missing = typeof input.missing === 'boolean' ? input.missing : input.missing[i % columns];
    if (missing && random() < 0.1) data[i] = Number.NaN;
    else data[i] = random() < 0.4 && Math.abs(own) < 1e6 ? own : (random() * 2 - 1) * size;
  }
  return { name: EXPORT_INPUT, datatype: input.datatype, shape: [ROWS, columns], data };
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
