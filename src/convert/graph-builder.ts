import { ONNX_ELEMENT } from '../formats/onnx-write.js';
import type { ElementType } from '../kernels/value.js';
import type { PlanValue } from './plan.js';
import { PlanBuilder, type Ref } from './plan-builder.js';
import { broadcast, dropAxis } from './shapes.js';

/** A value or a plain number, which stands for a float64 constant. */
export type Operand = Ref | number;

/**
 * Builds a plan in numpy's vocabulary. Every method adds one operation, or a few, and returns the value; nothing is computed here.
 * All arithmetic is float64 unless a value says otherwise. Only operations with a float64 kernel in onnxruntime are offered.
 */
export class GraphBuilder extends PlanBuilder {
  // --- element by element, with numpy's broadcasting

  add = (a: Operand, b: Operand): Ref => this.binary('Add', a, b);
  sub = (a: Operand, b: Operand): Ref => this.binary('Sub', a, b);
  mul = (a: Operand, b: Operand): Ref => this.binary('Mul', a, b);
  div = (a: Operand, b: Operand): Ref => this.binary('Div', a, b);
  pow = (a: Operand, b: Operand): Ref => this.binary('Pow', a, b);
  maximum = (a: Operand, b: Operand): Ref => this.binary('Max', a, b);
  minimum = (a: Operand, b: Operand): Ref => this.binary('Min', a, b);
  less = (a: Operand, b: Operand): Ref => this.binary('Less', a, b, 'bool');
  lessOrEqual = (a: Operand, b: Operand): Ref => this.binary('LessOrEqual', a, b, 'bool');
  greater = (a: Operand, b: Operand): Ref => this.binary('Greater', a, b, 'bool');
  greaterOrEqual = (a: Operand, b: Operand): Ref => this.binary('GreaterOrEqual', a, b, 'bool');
  equal = (a: Operand, b: Operand): Ref => this.binary('Equal', a, b, 'bool');
  and = (a: Ref, b: Ref): Ref => this.binary('And', a, b, 'bool');
  or = (a: Ref, b: Ref): Ref => this.binary('Or', a, b, 'bool');
  not = (a: Ref): Ref => this.unary('Not', a);

  neg = (x: Ref): Ref => this.unary('Neg', x);
  abs = (x: Ref): Ref => this.unary('Abs', x);
  exp = (x: Ref): Ref => this.unary('Exp', x);
  log = (x: Ref): Ref => this.unary('Log', x);
  sqrt = (x: Ref): Ref => this.unary('Sqrt', x);
  tanh = (x: Ref): Ref => this.unary('Tanh', x);
  sin = (x: Ref): Ref => this.unary('Sin', x);
  cos = (x: Ref): Ref => this.unary('Cos', x);
  floor = (x: Ref): Ref => this.unary('Floor', x);
  ceil = (x: Ref): Ref => this.unary('Ceil', x);
  /** Half to even, as numpy. */
  round = (x: Ref): Ref => this.unary('Round', x);
  sign = (x: Ref): Ref => this.unary('Sign', x);
  isNaN = (x: Ref): Ref => this.onnx('IsNaN', [x], { type: 'bool', shape: x.shape });
  square = (x: Ref): Ref => this.mul(x, x);

  where(condition: Ref, a: Operand, b: Operand): Ref {
    const [left, right] = [this.operand(a), this.operand(b)];
    const shape = broadcast(broadcast(condition.shape, left.shape), right.shape);
    return this.onnx('Where', [condition, left, right], { type: left.type, shape });
  }

  clip(x: Ref, low: number, high: number): Ref {
    return this.minimum(this.maximum(x, low), high);
  }

  cast(x: Ref, type: Exclude<ElementType, 'str'>): Ref {
    return x.type === type ? x : this.onnx('Cast', [x], { type, shape: x.shape }, { to: ONNX_ELEMENT[type] });
  }

  /** 1 / (1 + exp(-x)); onnxruntime's own Sigmoid loses small values. */
  sigmoid(x: Ref): Ref {
    return this.div(1, this.add(1, this.exp(this.neg(x))));
  }

  /** Rounds to float32 when the request's rows are FP32: for transformers that keep the rows' precision. */
  likeRows(x: Ref): Ref {
    return this.choose(this.cast(this.cast(x, 'f32'), 'f64'), x);
  }

  // --- along an axis (rows are axis 0)

  sum = (x: Ref, axis: number, keep = false): Ref => this.reduce('ReduceSum', x, axis, keep);
  mean = (x: Ref, axis: number, keep = false): Ref => this.reduce('ReduceMean', x, axis, keep);
  max = (x: Ref, axis: number, keep = false): Ref => this.reduce('ReduceMax', x, axis, keep);
  min = (x: Ref, axis: number, keep = false): Ref => this.reduce('ReduceMin', x, axis, keep);
  prod = (x: Ref, axis: number, keep = false): Ref => this.reduce('ReduceProd', x, axis, keep);

  /** Position of the first of the largest values along the axis, as i32. (Skips NaN, numpy does not.) */
  argmax(x: Ref, axis = 1): Ref {
    const shape = dropAxis(x.shape, axis);
    return this.cast(this.onnx('ArgMax', [x], { type: 'i64', shape }, { axis, keepdims: 0 }), 'i32');
  }

  argmin(x: Ref, axis = 1): Ref {
    const shape = dropAxis(x.shape, axis);
    return this.cast(this.onnx('ArgMin', [x], { type: 'i64', shape }, { axis, keepdims: 0 }), 'i32');
  }

  /** log(sum(exp(x))) over the axis, shifted by the largest so that nothing overflows. */
  logSumExp(x: Ref, axis = 1, keep = false): Ref {
    const top = this.max(x, axis, true);
    const sum = this.log(this.sum(this.exp(this.sub(x, top)), axis, true));
    const result = this.add(sum, top);
    return keep ? result : this.reshape(result, dropAxis(x.shape, axis));
  }

  /** exp(x - max) / sum over the last axis. */
  softmax(x: Ref): Ref {
    const axis = x.shape.length - 1;
    const shares = this.exp(this.sub(x, this.max(x, axis, true)));
    return this.div(shares, this.sum(shares, axis, true));
  }

  cumsum(x: Ref, axis: number): Ref {
    return this.onnx('CumSum', [x, this.constant(BigInt64Array.of(BigInt(axis)), [])], {
      type: x.type,
      shape: x.shape,
    });
  }

  /** The k smallest (or largest) along the last axis, best first, equal ones by position: [values, i64 positions]. */
  topK(x: Ref, k: number, largest: boolean): [values: Ref, indices: Ref] {
    const shape = [...x.shape.slice(0, -1), k];
    const outputs: PlanValue[] = [
      { type: x.type, shape },
      { type: 'i64', shape },
    ];
    const [values, indices] = this.onnxMany('TopK', [x, this.ints(k)], outputs, {
      largest: largest ? 1 : 0,
      sorted: 1,
      axis: -1,
    });
    return [values, indices];
  }

  // --- linear algebra

  /** a @ b: [.., n, k] x [k, m], [.., n, k] x [k], or with equal leading dimensions on both sides. */
  matmul(a: Ref, b: Ref): Ref {
    if (b.shape.length === 1) return this.onnx('MatMul', [a, b], { type: a.type, shape: a.shape.slice(0, -1) });
    const leading = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...leading, a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]];
    return this.onnx('MatMul', [a, b], { type: a.type, shape });
  }

  /** x @ w + b with w [n, m] and b [m]: one operation. */
  linear(x: Ref, weights: Ref, bias: Ref): Ref {
    return this.onnx('Gemm', [x, weights, bias], { type: x.type, shape: [x.shape[0], weights.shape[1]] });
  }

  /** Distances of each row of a to each row of b: [rows of a, rows of b]. */
  distances(a: Ref, b: Ref, metric: 'euclidean' | 'sqeuclidean'): Ref {
    return this.onnx('CDist', [a, b], { type: a.type, shape: [a.shape[0], b.shape[0]] }, { metric }, 'com.microsoft');
  }

  // --- shape

  transpose(x: Ref, order: readonly number[]): Ref {
    const shape = order.map(axis => x.shape[axis]);
    return this.onnx('Transpose', [x], { type: x.type, shape }, { perm: order });
  }

  /** -1 in `shape` is the number of rows (or whatever is left). */
  reshape(x: Ref, shape: readonly number[]): Ref {
    return this.onnx('Reshape', [x, this.ints(...shape)], { type: x.type, shape });
  }

  concat(parts: readonly Ref[], axis = 1): Ref {
    if (parts.length === 1) return parts[0];
    const shape = parts[0].shape.slice();
    shape[axis] = parts.reduce((total, part) => total + part.shape[axis], 0);
    return this.onnx('Concat', parts, { type: parts[0].type, shape }, { axis });
  }

  /** Columns side by side: vectors [rows] become columns of [rows, n]. */
  columnStack(parts: readonly Ref[]): Ref {
    return this.concat(parts.map(part => (part.shape.length === 1 ? this.reshape(part, [-1, 1]) : part)));
  }

  /** Columns (or places along another axis) by position, in the order given. */
  take(x: Ref, positions: readonly number[], axis = 1): Ref {
    const shape = x.shape.slice();
    shape[axis] = positions.length;
    const indices = this.constant(BigInt64Array.from(positions, BigInt));
    return this.onnx('Gather', [x, indices], { type: x.type, shape }, { axis });
  }

  /** One column of a matrix as a vector. */
  pick(x: Ref, position: number, axis = 1): Ref {
    return this.reshape(this.take(x, [position], axis), dropAxis(x.shape, axis));
  }

  /** table[indices]: rows of a constant (or value) by index. */
  gather(table: Ref, indices: Ref, axis = 0): Ref {
    const shape = [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)];
    return this.onnx('Gather', [table, indices], { type: table.type, shape }, { axis });
  }

  private operand(operand: Operand): Ref {
    return typeof operand === 'number' ? this.scalar(operand) : operand;
  }

  private unary(op: string, x: Ref): Ref {
    return this.onnx(op, [x], { type: x.type, shape: x.shape });
  }

  private binary(op: string, a: Operand, b: Operand, type?: ElementType): Ref {
    const [left, right] = [this.operand(a), this.operand(b)];
    return this.onnx(op, [left, right], { type: type ?? left.type, shape: broadcast(left.shape, right.shape) });
  }

  private reduce(op: string, x: Ref, axis: number, keep: boolean): Ref {
    const shape = keep ? x.shape.map((size, i) => (i === axis ? 1 : size)) : dropAxis(x.shape, axis);
    return this.onnx(op, [x, this.ints(axis)], { type: x.type, shape }, { keepdims: keep ? 1 : 0 });
  }
}
