import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../src/convert/graph-builder.js';
import type { ModelPlan, PlanOutput } from '../../src/convert/plan.js';
import { output, type Ref } from '../../src/convert/plan-builder.js';
import type { Value } from '../../src/kernels/value.js';
import { Program } from '../../src/runtimes/program.js';
import { CaseRows } from '../support/case-rows.js';
import { seededRandom } from '../support/random.js';

const COLUMNS = 2;
const ROWS = [
  [1, -2],
  [0.5, 3],
  [-1.25, 0],
  [2, 2],
  [0, -0.5],
];
const TRIALS = 80;

function planOf(g: GraphBuilder, outputs: readonly PlanOutput[]): ModelPlan {
  const about = { library: 'test', libraryVersion: '', estimator: '' };
  return g.build(about, { columns: COLUMNS, types: 'number', datatype: 'FP64', missing: true }, outputs);
}

const rowsOf = (plan: ModelPlan, rows = ROWS, datatype: 'FP32' | 'FP64' = 'FP64') =>
  CaseRows.of({ datatype, shape: [rows.length, COLUMNS], data: rows.flat() }, plan.input);

/** The values of these outputs of a plan. */
async function run(plan: ModelPlan, outputs: readonly PlanOutput[], float32 = false, rows = ROWS): Promise<Value[]> {
  const program = await Program.compile(plan, outputs, float32);
  try {
    return await program.run(rowsOf(plan, rows, float32 ? 'FP32' : 'FP64'));
  } finally {
    await program.release();
  }
}

/** Which zero a maximum of both is differs. */
const positiveZeros = (numbers: ArrayLike<unknown>) => Array.from(numbers, x => Number(x) + 0);

/** A value of a random graph, and what it must be: for FP32 rows, and for others. */
interface Known {
  readonly ref: Ref;
  readonly numbers: { readonly float32: readonly number[]; readonly otherwise: readonly number[] };
}

type Combine = (a: number, b: number) => number;

/** Graphs of ONNX operations, kernels and choices, each made of any values before it. Numbers stay small and exact. */
function randomGraph(random: () => number): { plan: ModelPlan; outputs: PlanOutput[]; known: Known[] } {
  const g = new GraphBuilder(COLUMNS);
  const below = (count: number) => Math.floor(random() * count);
  const flat = ROWS.flat();
  const known: Known[] = [{ ref: g.rows(), numbers: { float32: flat, otherwise: flat } }];
  const any = () => known[below(known.length)];
  const add = (ref: Ref, a: Known, b: Known, combine: Combine) => {
    const numbers = (precision: 'float32' | 'otherwise') =>
      a.numbers[precision].map((x, i) => combine(x, b.numbers[precision][i]));
    known.push({ ref, numbers: { float32: numbers('float32'), otherwise: numbers('otherwise') } });
  };
  const kernel = (a: Known, b: Known) =>
    g.kernel('weighted-sum', {
      inputs: [a.ref, b.ref],
      params: { divideBy: 2 },
      arrays: { weights: Float64Array.of(1, -1) },
      outputs: [{ type: 'f64', shape: [-1, COLUMNS] }],
    })[0];
  for (let step = 0; step < 12; step++) {
    const [a, b] = [any(), any()];
    const constant = below(5) - 2;
    switch (below(6)) {
      case 0:
        add(g.maximum(a.ref, b.ref), a, b, Math.max);
        break;
      case 1:
        add(g.sub(a.ref, g.mul(b.ref, 0.5)), a, b, (x, y) => x - 0.5 * y);
        break;
      case 2:
        add(g.add(a.ref, constant), a, a, x => x + constant);
        break;
      case 3:
      case 4:
        add(kernel(a, b), a, b, (x, y) => (x - y) / 2);
        break;
      default:
        known.push({
          ref: g.choose(a.ref, b.ref),
          numbers: { float32: a.numbers.float32, otherwise: b.numbers.otherwise },
        });
    }
  }
  const outputs = known.map(({ ref }, i) => output(`value ${i}`, ref));
  return { plan: planOf(g, outputs), outputs, known };
}

describe('Program', () => {
  // Few rows are computed in TypeScript, many by onnxruntime.
  for (const times of [1, 500]) {
    it(`computes what the graph says, whatever the graph and the outputs: ${times * ROWS.length} rows`, async () => {
      const random = seededRandom(5);
      const rows = Array.from({ length: times }, () => ROWS).flat();
      for (let trial = 0; trial < TRIALS; trial++) {
        const { plan, outputs, known } = randomGraph(random);
        const asked = outputs.map((_, i) => i).filter(() => random() < 0.3);
        const float32 = random() < 0.5;
        const values = await run(
          plan,
          asked.map(i => outputs[i]),
          float32,
          rows,
        );
        asked.forEach((i, place) => {
          const { shape, data } = values[place];
          const wanted = known[i].numbers[float32 ? 'float32' : 'otherwise'];
          assert.deepEqual(shape, [rows.length, COLUMNS]);
          for (let at = 0; at < data.length; at += wanted.length) {
            assert.deepEqual(
              positiveZeros(data.slice(at, at + wanted.length)),
              positiveZeros(wanted),
              `trial ${trial}, ${i}`,
            );
          }
        });
      }
    });
  }

  it('leaves out what the outputs do not need', async () => {
    const g = new GraphBuilder(COLUMNS);
    const good = g.add(g.rows(), 1);
    const [bad] = g.kernel('no such kernel', { inputs: [good], outputs: [{ type: 'f64', shape: [-1, 2] }] });
    const outputs = [output('good', good), output('bad', bad)];
    const plan = planOf(g, outputs);
    const [value] = await run(plan, [outputs[0]], false, [[1, 2]]);
    assert.deepEqual([...(value.data as Float64Array)], [2, 3]);
    await assert.rejects(run(plan, outputs), /kernel 'no such kernel'/);
  });

  it('gives one value for two names, constants and the rows themselves', async () => {
    const g = new GraphBuilder(COLUMNS);
    const rows = g.rows();
    const constant = g.matrix(Float64Array.of(7, 8), 1, 2);
    const sum = g.add(rows, 1);
    const outputs = [output('a', sum), output('b', sum), output('rows', rows), output('constant', constant)];
    const plan = planOf(g, outputs);
    const values = await run(plan, outputs, false, [[1, 2]]);
    assert.deepEqual(
      values.map(({ data }) => [...(data as Float64Array)]),
      [
        [2, 3],
        [2, 3],
        [1, 2],
        [7, 8],
      ],
    );
  });

  it('owns what it made, and neither the rows nor the constants of the plan', async () => {
    const g = new GraphBuilder(COLUMNS);
    const rows = g.rows();
    const outputs = [
      output('rows', rows),
      output('constant', g.matrix(Float64Array.of(7, 8), 1, 2)),
      output('chosen', g.choose(rows, g.add(rows, 1))),
      output('sum', g.add(rows, 2)),
    ];
    const plan = planOf(g, outputs);
    for (const float32 of [true, false]) {
      const program = await Program.compile(plan, outputs, float32);
      assert.deepEqual(
        outputs.map((_, i) => program.owns(i)),
        [false, false, !float32, true],
      );
      await program.release();
    }
  });

  it('answers many batches at once and one after another alike', async () => {
    const { plan, outputs, known } = randomGraph(seededRandom(9));
    const program = await Program.compile(plan, outputs, false);
    const rows = rowsOf(plan);
    const once = await Promise.all(ROWS.map((_, i) => program.run(rows.slice(i, i + 1))));
    const later = [];
    for (const i of ROWS.keys()) later.push(await program.run(rows.slice(i, i + 1)));
    await program.release();
    for (const answers of [once, later]) {
      answers.forEach((values, row) => {
        values.forEach(({ data }, i) => {
          const wanted = known[i].numbers.otherwise.slice(row * COLUMNS, (row + 1) * COLUMNS);
          assert.deepEqual(positiveZeros(data), positiveZeros(wanted));
        });
      });
    }
  });
});
