import type { GraphBuilder } from '../../src/convert/graph-builder.js';
import type { ModelPlan } from '../../src/convert/plan.js';
import type { Ref } from '../../src/convert/plan-builder.js';
import { output } from '../../src/convert/plan-builder.js';
import type { Value } from '../../src/kernels/value.js';
import { Program } from '../../src/runtimes/program.js';
import { CaseRows } from './case-rows.js';

/** Finishes a plan with one output, `value`. */
export function planOf(g: GraphBuilder, value: Ref): ModelPlan {
  const about = { library: 'test', libraryVersion: '', estimator: '' };
  const input = { columns: g.columns, types: 'number', datatype: 'FP64', missing: true } as const;
  return g.build(about, input, [output('predict', value)]);
}

/** What a plan's first output says to rows of numbers; NaN is missing. */
export async function answers(plan: ModelPlan, rows: readonly (readonly number[])[], float32 = false): Promise<Value> {
  const input = {
    datatype: float32 ? 'FP32' : 'FP64',
    shape: [rows.length, plan.input.columns],
    data: rows.flat().map(number => (Number.isNaN(number) ? null : number)),
  } as const;
  const source = CaseRows.of(input, plan.input);
  const program = await Program.compile(plan, plan.outputs.slice(0, 1), float32);
  try {
    return (await program.run(source))[0];
  } finally {
    await program.release();
  }
}
