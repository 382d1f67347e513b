import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../src/convert/graph-builder.js';
import { output } from '../../../src/convert/plan-builder.js';
import { type RadialMachine, radialShortcut } from '../../../src/convert/sklearn/svc-shortcut.js';
import { Program } from '../../../src/runtimes/program.js';
import { CaseRows } from '../../support/case-rows.js';

const VECTORS = { data: Float64Array.of(1, 2, 3, 4), rows: 2, columns: 2 };

function machine(classes: number, weight: number): RadialMachine {
  const pairs = (classes * (classes - 1)) / 2;
  const weights = { data: new Float64Array(2 * pairs).fill(weight), rows: 2, columns: pairs };
  return { vectors: VECTORS, gamma: 0.1, weights, intercepts: new Float64Array(pairs), classes };
}

const shortcutOf = (made: RadialMachine) => {
  const g = new GraphBuilder(2);
  return radialShortcut(g, g.rows(), made);
};

describe('the shortcut of an SVC', () => {
  it('is there for hundreds of thousands of pairs of classes', () => {
    assert.ok(shortcutOf(machine(600, 1)));
  });

  it('is not there for little work, nor where few rows would be sure', () => {
    assert.equal(shortcutOf(machine(10, 1)), undefined);
    assert.equal(shortcutOf(machine(200, 1e6)), undefined);
    assert.equal(shortcutOf(machine(200, Number.NaN)), undefined);
  });

  it('takes the exponential of onnxruntime for no more exact than it is', async () => {
    const g = new GraphBuilder(1);
    const about = { library: 'test', libraryVersion: '', estimator: '' };
    const input = { columns: 1, types: 'number', datatype: 'FP32', missing: true } as const;
    const plan = g.build(about, input, [output('exp', g.exp(g.rows('f32')), 'FP32')]);
    const data = Array.from({ length: 80_001 }, (_, i) => Math.fround((i - 80_000) / 1_000));
    const program = await Program.compile(plan, plan.outputs, true);
    const [value] = await program.run(CaseRows.of({ datatype: 'FP32', shape: [data.length, 1], data }, input));
    await program.release();
    data.forEach((x, i) => {
      const wanted = Math.exp(x);
      assert.ok(Math.abs(Number(value.data[i]) - wanted) <= 3 * 2 ** -24 * wanted, `exp(${x})`);
    });
  });
});
