import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { convertFile } from '../../src/convert/convert-file.js';
import { GraphBuilder } from '../../src/convert/graph-builder.js';
import type { ModelPlan, PlanOutput } from '../../src/convert/plan.js';
import { output } from '../../src/convert/plan-builder.js';
import { labelsAt } from '../../src/convert/sklearn/labels.js';
import { Program } from '../../src/runtimes/program.js';
import { compile, type Executable } from '../../src/runtimes/shortcut.js';
import { CaseRows } from '../support/case-rows.js';
import { digits } from '../support/examples.js';

const SVC = fileURLToPath(new URL('../../../models/mnist-svm/model.joblib', import.meta.url));
const HALVINGS = 60;
const PAIRS = 80;

type Row = readonly number[];

async function predict(program: Executable, rows: readonly Row[], plan: ModelPlan): Promise<unknown[]> {
  const data = rows.flat();
  const source = CaseRows.of({ datatype: 'FP64', shape: [rows.length, rows[0].length], data }, plan.input);
  const [{ data: answers }] = await program.run(source);
  return Array.from(answers as ArrayLike<unknown>);
}

describe('an output with a shortcut', () => {
  for (const [what, exact, quick, answersOf] of [
    ['numbers', (x: number) => x * 10, (x: number) => x + 0.5, numbers],
    ['text', () => 'exact', () => 'quick', texts],
  ] as const) {
    it(`has the rows of which the shortcut is not sure made again: ${what}`, async () => {
      const plan = answersOf();
      const program = await compile(plan, plan.outputs, false);
      for (const column of [
        [1, -2, 3, -4],
        [-1, -2],
        [1, 2],
      ]) {
        const wanted = column.map(x => (x > 0 ? quick(x) : exact(x)));
        assert.deepEqual(
          await predict(
            program,
            column.map(x => [x]),
            plan,
          ),
          wanted,
        );
      }
      await program.release();
    });
  }

  function numbers(): ModelPlan {
    const g = new GraphBuilder(1);
    const x = g.column(0);
    return planOf(g, output('predict', g.mul(x, 10)), g.add(x, 0.5).id);
  }

  function texts(): ModelPlan {
    const g = new GraphBuilder(1);
    const labels = { count: 2, datatype: 'BYTES', texts: ['exact', 'quick'] } as const;
    const position = (at: number) => g.cast(g.add(g.mul(g.column(0), 0), at), 'i32');
    const [exact, quick] = [0, 1].map(at => labelsAt(g, position(at), labels));
    return planOf(g, output('predict', exact, 'BYTES'), quick.id);
  }

  /** Sure of rows above 0. */
  function planOf(g: GraphBuilder, exact: PlanOutput, quick: number): ModelPlan {
    const sure = g.cast(g.greater(g.column(0), 0), 'u8').id;
    const about = { library: 'test', libraryVersion: '', estimator: '' };
    const input = { columns: 1, types: 'number', datatype: 'FP64', missing: true } as const;
    return g.build(about, input, [{ ...exact, shortcut: { value: quick, sure } }]);
  }
});

describe('the shortcut of an SVC', () => {
  let plan: ModelPlan;
  let predicted: PlanOutput;
  let exact: Program;
  let served: Executable;

  before(async () => {
    plan = await convertFile(SVC, 'sklearn');
    predicted = plan.outputs.find(({ name }) => name === 'predict')!;
    exact = await Program.compile(plan, [predicted], false);
    served = await compile(plan, [predicted], false);
  });
  after(async () => {
    await exact.release();
    await served.release();
  });

  const rows = digits.rows as readonly Row[];
  const blend = (a: Row, b: Row, share: number) => a.map((x, i) => x * (1 - share) + b[i] * share);

  async function unsure(of: readonly Row[]): Promise<number> {
    const quick = await Program.compile(plan, [predicted.shortcut!, { value: predicted.shortcut!.sure }], false);
    const data = of.flat();
    const [, sure] = await quick.run(
      CaseRows.of({ datatype: 'FP64', shape: [of.length, of[0].length], data }, plan.input),
    );
    await quick.release();
    return (sure.data as Uint8Array).filter(flag => flag === 0).length;
  }

  it('is sure of nearly all digits, and right', async () => {
    assert.deepEqual((await predict(served, rows, plan)).map(Number), digits.predict);
    assert.ok((await unsure(rows)) < rows.length / 50);
  });

  it('gives what exact decisions give on both sides of where the class changes, however near', async () => {
    const pairs = rows.slice(1, PAIRS + 1).map((row, i) => ({ from: rows[i], to: row, low: 0, high: 1 }));
    const ends = await predict(exact, rows, plan);
    const changing = pairs.filter((_, i) => ends[i] !== ends[i + 1]);
    const starts = await predict(
      exact,
      changing.map(({ from }) => from),
      plan,
    );
    for (let i = 0; i < HALVINGS; i++) {
      const middles = changing.map(({ from, to, low, high }) => blend(from, to, (low + high) / 2));
      const wanted = await predict(exact, middles, plan);
      assert.deepEqual(await predict(served, middles, plan), wanted, `after ${i} halvings`);
      changing.forEach((pair, at) => {
        const middle = (pair.low + pair.high) / 2;
        if (wanted[at] === starts[at]) pair.low = middle;
        else pair.high = middle;
      });
    }
    const nearest = changing.map(({ from, to, low }) => blend(from, to, low));
    assert.equal(await unsure(nearest), nearest.length);
  });

  it('leaves rows to the exact way whose squares float32 cannot hold', async () => {
    const far = rows.slice(0, 2).map(row => row.map(x => (x + 1) * 1e19));
    assert.equal(await unsure(far), far.length);
    assert.deepEqual(await predict(served, far, plan), await predict(exact, far, plan));
  });
});
