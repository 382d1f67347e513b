import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportPlan } from '../../src/convert/export/export-plan.js';
import { GraphBuilder } from '../../src/convert/graph-builder.js';
import type { ModelPlan } from '../../src/convert/plan.js';
import { output } from '../../src/convert/plan-builder.js';
import { addTrees } from '../../src/convert/trees.js';
import { ServerError } from '../../src/core/errors.js';
import { checkExport } from '../../src/runtimes/check-export.js';

/** 1 up to the threshold, 2 above it. */
function stump(threshold: number, above = 2): ModelPlan {
  const g = new GraphBuilder(1);
  const tree = {
    left: [1, -1, -1],
    right: [2, -1, -1],
    feature: [0, 0, 0],
    threshold: [threshold, 0, 0],
    values: [0, 1, above],
  };
  const sums = addTrees(g, g.rows(), [tree], { outputs: 1 });
  const about = { library: 'test', libraryVersion: '', estimator: 'Stump' };
  return g.build(about, { columns: 1, types: 'number', datatype: 'FP64', missing: true }, [output('predict', sums)]);
}

const differs = (error: unknown) =>
  error instanceof ServerError && error.code === 'INTERNAL' && /'predict' is .* in row \d+/.test(error.message);

test('finds a graph that answers as its plan does', async () => {
  const plan = stump(0.1);
  await checkExport(plan, exportPlan(plan));
});

test('finds out a graph of another model, even one whose threshold is the next number', async () => {
  const plan = stump(0.1);
  await assert.rejects(checkExport(plan, exportPlan(stump(0.1, 2.00001))), differs);
  await assert.rejects(checkExport(plan, exportPlan(stump(0.09999999999999999))), differs);
});
