import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../src/convert/graph-builder.js';
import type { PlanNode } from '../../src/convert/plan.js';
import type { Ref } from '../../src/convert/plan-builder.js';
import type { Value } from '../../src/kernels/value.js';
import { DirectGraph } from '../../src/runtimes/direct-graph.js';
import { answers, planOf } from '../support/run-kernel.js';

type Build = (g: GraphBuilder, x: Ref) => Ref;

const numbers = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i + 1) * 3);
const matrix = (g: GraphBuilder): Ref => g.matrix(numbers, 4, 3);
const vector = (g: GraphBuilder): Ref => g.constant(Float64Array.of(0.5, -2, 0, 3));
const column = (g: GraphBuilder, x: Ref): Ref => g.sum(x, 1, true);
const bits = (g: GraphBuilder, x: Ref): Ref => g.cast(x, 'f64');

/** Each is run on rows of 4 numbers. */
const graphs: Record<string, Build> = {
  'add, a row and a number': (g, x) => g.add(g.add(x, vector(g)), 2),
  'subtract a column': (g, x) => g.sub(x, column(g, x)),
  'a number less the rows': (g, x) => g.sub(1, x),
  'multiply, divide': (g, x) => g.div(g.mul(x, x), g.add(vector(g), 4)),
  power: (g, x) => g.pow(g.abs(x), 1.5),
  'clip and negate': (g, x) => g.neg(g.clip(x, -1, 1)),
  'comparisons and logic': (g, x) => bits(g, g.or(g.and(g.less(x, 1), g.greater(x, -1)), g.not(g.lessOrEqual(x, 3)))),
  'equal, at least': (g, x) => g.add(bits(g, g.equal(x, 0)), bits(g, g.greaterOrEqual(x, vector(g)))),
  'exp and log': (g, x) => g.log(g.add(g.exp(x), 1)),
  'root, tanh, sine, cosine': (g, x) => g.add(g.sqrt(g.abs(x)), g.add(g.tanh(x), g.mul(g.sin(x), g.cos(x)))),
  'floor, ceil, sign': (g, x) => g.add(g.floor(x), g.add(g.ceil(g.mul(x, 0.3)), g.sign(x))),
  'round half to even': (g, x) => g.round(g.mul(g.floor(x), 0.5)),
  'missing numbers': (g, x) => g.where(g.isNaN(g.sqrt(x)), -7, g.sqrt(x)),
  'one or the other': (g, x) => g.where(g.greater(x, column(g, x)), vector(g), x),
  casts: (g, x) => g.cast(g.cast(g.cast(x, 'f32'), 'i32'), 'f64'),
  'product with a matrix': (g, x) => g.matmul(x, matrix(g)),
  'product with a vector': (g, x) => g.matmul(x, vector(g)),
  'product times a factor': (g, x) => g.mul(g.matmul(x, matrix(g)), 0.05),
  'weights and bias': (g, x) => g.linear(x, matrix(g), g.constant(Float64Array.of(1, 2, 3))),
  'sum, mean, product by row': (g, x) => g.columnStack([g.sum(x, 1), g.mean(x, 1), g.prod(x, 1)]),
  'largest less smallest': (g, x) => g.sub(g.max(x, 1, true), g.min(x, 1, true)),
  'sum of the middle axis': (g, x) => g.sum(g.reshape(x, [-1, 2, 2]), 1),
  'position of the largest': (g, x) => g.argmax(x),
  'position of the smallest': (g, x) => g.argmin(x),
  softmax: (g, x) => g.softmax(x),
  'log of a sum of exponentials': (g, x) => g.logSumExp(x),
  'running sum': (g, x) => g.cumsum(x, 1),
  'columns by position': (g, x) => g.take(x, [3, 0, 0]),
  'one column': (g, x) => g.pick(x, 2),
  'rows of a table': (g, x) => g.gather(matrix(g), g.argmax(x)),
  'side by side': (g, x) => g.concat([x, g.neg(x), column(g, x)]),
  'turned inside': (g, x) => g.reshape(g.transpose(g.reshape(x, [-1, 2, 2]), [0, 2, 1]), [-1, 4]),
};

const rows = [
  [1.5, -2, 0, 3],
  [0.25, 0.25, -4, 0.25],
  [7, 2.5, 1, -1.5],
];

function directly(build: Build): Value {
  const g = new GraphBuilder(4);
  const result = build(g, g.rows());
  const plan = planOf(g, result);
  const isOnnx = (node: PlanNode) => node.kind === 'onnx';
  const direct = DirectGraph.of(plan, plan.nodes.filter(isOnnx), id => id);
  assert.ok(direct !== undefined && direct.mostRows > rows.length, 'expected every operation to be known');
  const values = new Map<number, Value>();
  for (const node of plan.nodes) {
    if (node.kind === 'constant') {
      values.set(node.output, { ...plan.values[node.output], data: plan.arrays[node.array] } as Value);
    }
    if (node.kind === 'rows')
      values.set(node.output, { type: 'f64', shape: [3, 4], data: Float64Array.from(rows.flat()) });
  }
  direct.run(values);
  return values.get(result.id)!;
}

/** The same rows among so many that onnxruntime takes them. */
async function byOnnxruntime(build: Build): Promise<Value> {
  const g = new GraphBuilder(4);
  const many = Array.from({ length: 9000 }, (_, i) => rows[i % 3]);
  return answers(planOf(g, build(g, g.rows())), many);
}

describe('operations in TypeScript', () => {
  for (const [name, build] of Object.entries(graphs)) {
    it(`${name}: as onnxruntime`, async () => {
      const got = directly(build);
      const wanted = await byOnnxruntime(build);
      assert.equal(got.type, wanted.type);
      assert.deepEqual([...got.shape], [3, ...wanted.shape.slice(1)]);
      Array.from(got.data as Float64Array, Number).forEach((value, i) => {
        const expected = Number(wanted.data[i]);
        assert.ok(
          Math.abs(value - expected) <= 4e-16 * Math.max(1, Math.abs(expected)) * 4,
          `${i}: ${value}, ${expected}`,
        );
      });
    });
  }

  it('leaves large work and unknown operations to onnxruntime', () => {
    const g = new GraphBuilder(400);
    const large = planOf(g, g.matmul(g.rows(), g.matrix(new Float64Array(400 * 100), 400, 100)));
    const known = new GraphBuilder(4);
    const [values] = known.topK(known.rows(), 2, true);
    const unknown = planOf(known, values);
    for (const plan of [large, unknown]) {
      const nodes = plan.nodes.filter(node => node.kind === 'onnx');
      assert.equal(
        DirectGraph.of(plan, nodes, id => id),
        undefined,
      );
    }
  });

  it('lets a missing score win a maximum, as numpy does', () => {
    const g = new GraphBuilder(3);
    const plan = planOf(g, g.argmax(g.rows()));
    const direct = DirectGraph.of(
      plan,
      plan.nodes.filter(node => node.kind === 'onnx'),
      id => id,
    )!;
    const values = new Map<number, Value>();
    const input = plan.nodes.find(node => node.kind === 'rows')!;
    values.set(input.output, { type: 'f64', shape: [1, 3], data: Float64Array.of(5, Number.NaN, 9) });
    direct.run(values);
    assert.deepEqual([...(values.get(plan.outputs[0].value)!.data as Int32Array)], [1]);
  });
});
