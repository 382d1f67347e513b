/**
 * Microseconds per call (p50) of a hundred trees of depth 6, on one thread: `node dist/bench/predict-trees.js`.
 * Needs the full set of golden cases beside the repository.
 */
import { convertXgboostFile } from '../src/convert/boosters/xgboost.js';
import type { Value } from '../src/kernels/value.js';
import { Program } from '../src/runtimes/program.js';
import type { RowSource } from '../src/runtimes/row-source.js';
import { CaseRows } from '../test/support/case-rows.js';
import { fullGoldenSet, goldenCase, modelBytes } from '../test/support/golden.js';

const CALLS = { 1: 20_000, 32: 5_000, 512: 500 } as const;

if (fullGoldenSet() === undefined) throw new Error('the golden cases are not there');
const golden = goldenCase('xgboost-3.2.0/hundred-trees-depth-6');
const plan = convertXgboostFile(modelBytes(golden));
const rows = CaseRows.of(golden.questions[0].input, plan.input).matrix('f32').data as Float32Array;
const program = await Program.compile(plan, plan.outputs, true);

for (const [size, calls] of Object.entries(CALLS)) {
  const batches = Array.from({ length: 64 }, (_, i) => batchOf(Number(size), i * 7));
  const micros: number[] = [];
  for (let call = 0; call < calls; call++) {
    const start = process.hrtime.bigint();
    await program.run(batches[call % batches.length]);
    micros.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  micros.sort((a, b) => a - b);
  const at = (share: number) => micros[Math.floor(share * (calls - 1))].toFixed(1).padStart(8);
  console.log(`${size.padStart(4)} rows: p50 ${at(0.5)} us, p10 ${at(0.1)} us, p99 ${at(0.99)} us`);
}

/** Rows of the case, again from the start when they run out. */
function batchOf(count: number, first: number): RowSource {
  const { columns } = plan.input;
  const data = Float32Array.from({ length: count * columns }, (_, i) => rows[(first * columns + i) % rows.length]);
  const value: Value = { type: 'f32', shape: [count, columns], data };
  return {
    rows: count,
    float32: true,
    matrix: () => value,
    column: () => {
      throw new Error('the model asks for no column');
    },
  };
}
