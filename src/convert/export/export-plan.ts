import type { Datatype } from '../../core/datatype.js';
import { badFile } from '../../formats/errors.js';
import { encodeOnnxModel, type OnnxElement, type OnnxGraph } from '../../formats/onnx-write.js';
import type { ElementType, StoredArray } from '../../kernels/value.js';
import { GraphBuilder } from '../graph-builder.js';
import type { ModelPlan, PlanNode, PlanOutput } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { type Choose, chooser, neededNodes, onnxGraph } from '../plan-graph.js';
import { lowerings } from './steps.js';

/** A plan as one ONNX model. */
export interface OnnxExport {
  readonly model: Uint8Array;
  /** The outputs it has, by the names of the plan. */
  readonly outputs: readonly PlanOutput[];
  /** Those it could not have, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** The name of the only input: [rows, columns] of the plan's datatype. */
export const EXPORT_INPUT = 'X';

const ELEMENT: Partial<Record<Datatype, ElementType>> = {
  BOOL: 'bool',
  UINT8: 'u8',
  INT32: 'i32',
  INT64: 'i64',
  FP32: 'f32',
  FP64: 'f64',
  BYTES: 'str',
};

/**
 * Writes a plan as one graph of ONNX operations that takes rows of the plan's own datatype. Throws INVALID_ARGUMENT when the
 * plan's first output cannot be written so, naming the step.
 */
export function exportPlan(plan: ModelPlan): OnnxExport {
  const choose = chooser(plan, plan.input.datatype === 'FP32');
  const judged = plan.outputs.map(output => ({ output, reason: obstacle(plan, output, choose) }));
  const [{ output: first, reason }] = judged;
  if (reason !== undefined)
    throw badFile(`'${first.name}' of ${plan.about.estimator} is no single ONNX graph: ${reason}`);
  const outputs = judged.filter(({ reason }) => reason === undefined).map(({ output }) => output);
  const leftOut = judged.flatMap(({ output, reason }) => (reason === undefined ? [] : [{ name: output.name, reason }]));
  return { model: encodeOnnxModel(graphOf(plan, outputs, choose)), outputs, leftOut };
}

/** What stands in the way of an output; undefined for nothing. */
function obstacle(plan: ModelPlan, output: PlanOutput, choose: Choose): string | undefined {
  for (const node of neededNodes(plan, [choose(output.value)], choose)) {
    if (node.kind === 'kernel' && !lowerings.has(node.kernel)) return `the step '${node.kernel}' has no form in ONNX`;
    if (node.kind === 'column' && plan.values[node.output].type === 'str') {
      return `the column '${plan.input.names?.[node.column] ?? node.column}' is text`;
    }
  }
  const datatype = datatypeOf(plan, output);
  return ELEMENT[datatype] === undefined ? `its datatype is ${datatype}` : undefined;
}

function datatypeOf({ input }: ModelPlan, { datatype }: PlanOutput): Datatype {
  return datatype === 'float' || datatype === 'rows' ? input.datatype : datatype;
}

function graphOf(plan: ModelPlan, outputs: readonly PlanOutput[], choose: Choose): OnnxGraph {
  const g = new GraphBuilder(plan.input.columns);
  const rows = g.rows(plan.input.datatype === 'FP32' ? 'f32' : 'f64');
  const refs = new Map<number, Ref>();
  const results = outputs.map(output => choose(output.value));
  for (const node of neededNodes(plan, results, choose)) {
    lower(g, rows, plan, node, choose, refs).forEach((ref, i) => {
      refs.set('outputs' in node ? node.outputs[i] : node.output, ref);
    });
  }
  const answers = outputs.map((output, i) => {
    const ref = refs.get(results[i])!;
    const element = ELEMENT[datatypeOf(plan, output)]!;
    return element === 'str' ? ref : g.cast(ref, element);
  });
  const lowered = g.build(plan.about, plan.input, []);
  const graph = onnxGraph(
    lowered,
    lowered.nodes.filter(node => node.kind === 'onnx'),
    [rows.id],
    [],
    id => id,
  );
  return {
    ...graph,
    inputs: [{ ...graph.inputs[0], name: EXPORT_INPUT }],
    outputs: answers.map(({ type, shape }, i) => ({ name: outputs[i].name, type: type as OnnxElement, shape })),
    nodes: [
      { op: 'Identity', inputs: [EXPORT_INPUT], outputs: [`v${rows.id}`] },
      ...graph.nodes,
      ...answers.map(({ id }, i) => ({ op: 'Identity', inputs: [`v${id}`], outputs: [outputs[i].name] })),
    ],
  };
}

/** The values of one node of the plan, made of ONNX operations. */
function lower(
  g: GraphBuilder,
  rows: Ref,
  plan: ModelPlan,
  node: PlanNode,
  choose: Choose,
  refs: ReadonlyMap<number, Ref>,
): Ref[] {
  const numbers = (output: number) => g.cast(rows, plan.values[output].type as 'f64' | 'f32');
  switch (node.kind) {
    case 'rows':
      return [node.columns === undefined ? numbers(node.output) : g.take(numbers(node.output), node.columns)];
    case 'column':
      return [g.pick(numbers(node.output), node.column)];
    case 'constant':
      return [g.constant(plan.arrays[node.array], plan.values[node.output].shape)];
    case 'choose':
      return [];
    case 'onnx': {
      const inputs = node.inputs.map(id => refs.get(choose(id))!);
      const values = node.outputs.map(id => plan.values[id]);
      return g.onnxMany(node.op, inputs, values, node.attributes, node.domain);
    }
    case 'kernel': {
      const arrays: Record<string, StoredArray> = {};
      for (const [name, index] of Object.entries(node.arrays)) arrays[name] = plan.arrays[index];
      const inputs = node.inputs.map(id => refs.get(choose(id))!);
      return lowerings.get(node.kernel)!(g, { inputs, params: node.params, arrays });
    }
    default:
      return node satisfies never;
  }
}
