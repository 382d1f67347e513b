import type { ModelPlan, PlanNode, PlanValue } from '../convert/plan.js';
import { operations } from '../kernels/operations/catalogue.js';
import type { Operation } from '../kernels/operations/operation.js';
import type { ElementType, Value } from '../kernels/value.js';

type OnnxNode = Extract<PlanNode, { kind: 'onnx' }>;

/** What a call of onnxruntime costs before it computes anything, and what the same work costs here. In nanoseconds. */
const SESSION_COST = 10_000;
const OPERATION_COST = 200;
const ELEMENT_COST = 4;
const SLOW_ELEMENT_COST = 20;
const MULTIPLICATION_COST = 1;

const SLOW = new Set(['Exp', 'Log', 'Tanh', 'Pow', 'Sin', 'Cos', 'ArgMax', 'ArgMin']);

interface DirectStep {
  readonly operation: Operation;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly type: ElementType;
  readonly attributes: NonNullable<OnnxNode['attributes']>;
}

/**
 * The ONNX operations of one stage, carried out in TypeScript. For a few rows of a small model this takes less time than a call
 * of onnxruntime costs by itself; the answers differ by roundings only.
 */
export class DirectGraph {
  private constructor(
    private readonly steps: readonly DirectStep[],
    /** Up to so many rows it is the faster way. */
    readonly mostRows: number,
  ) {}

  /** Undefined when an operation is unknown here or when even one row is better left to onnxruntime. */
  static of(plan: ModelPlan, nodes: readonly OnnxNode[], choose: (id: number) => number): DirectGraph | undefined {
    const steps: DirectStep[] = [];
    let perRow = 0;
    for (const node of nodes) {
      const operation = node.domain === undefined ? operations.get(node.op) : undefined;
      const inputs = node.inputs.map(choose);
      const output = plan.values[node.outputs[0]];
      if (
        operation === undefined ||
        !isKnown(
          node.op,
          inputs.map(id => plan.values[id]),
          output,
        )
      )
        return undefined;
      steps.push({ operation, inputs, output: node.outputs[0], type: output.type, attributes: node.attributes ?? {} });
      perRow += costOfRow(
        node.op,
        inputs.map(id => plan.values[id]),
        output,
      );
    }
    const mostRows = Math.floor((SESSION_COST - OPERATION_COST * steps.length) / Math.max(perRow, 1));
    return mostRows < 1 ? undefined : new DirectGraph(steps, mostRows);
  }

  /** Adds what the operations make to the values. */
  run(values: Map<number, Value>): void {
    for (const { operation, inputs, output, type, attributes } of this.steps) {
      values.set(
        output,
        operation(
          inputs.map(id => values.get(id)!),
          type,
          attributes,
        ),
      );
    }
  }
}

/** Matrix products here are of float64 matrices; arithmetic is on types whose elements are plain numbers. */
function isKnown(op: string, inputs: readonly PlanValue[], output: PlanValue): boolean {
  if (op === 'MatMul' || op === 'Gemm') {
    return inputs.every(({ type, shape }) => type === 'f64' && shape.length <= 2) && inputs[0].shape.length === 2;
  }
  const takesIntegers =
    op === 'Cast' || op === 'Gather' || op === 'Reshape' || op === 'CumSum' || op.startsWith('Reduce');
  const makesIntegers = op === 'Cast' || op === 'ArgMax' || op === 'ArgMin';
  return (
    inputs.every(({ type }, i) => type !== 'str' && (type !== 'i64' || (takesIntegers && (i > 0 || op === 'Cast')))) &&
    output.type !== 'str' &&
    (output.type !== 'i64' || makesIntegers)
  );
}

function costOfRow(op: string, inputs: readonly PlanValue[], output: PlanValue): number {
  const elements = Math.max(sizeOfRow(output), ...inputs.map(input => (isPerRow(input) ? sizeOfRow(input) : 0)));
  if (op === 'MatMul' || op === 'Gemm') return MULTIPLICATION_COST * inputs[0].shape[1] * sizeOfRow(output);
  return (SLOW.has(op) ? SLOW_ELEMENT_COST : ELEMENT_COST) * elements;
}

function isPerRow({ shape }: PlanValue): boolean {
  return shape.includes(-1);
}

function sizeOfRow({ shape }: PlanValue): number {
  return shape.reduce((size, length) => (length === -1 ? size : size * length), 1);
}
