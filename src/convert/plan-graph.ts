import type { OnnxElement, OnnxGraph } from '../formats/onnx-write.js';
import type { ModelPlan, PlanNode } from './plan.js';

export type OnnxNode = Extract<PlanNode, { kind: 'onnx' }>;

/** Which of two values a `choose` node stands for; any other value stands for itself. */
export type Choose = (id: number) => number;

/** Follows `choose` nodes to the value that counts for this precision. */
export function chooser(plan: ModelPlan, float32: boolean): Choose {
  const chosen = new Map<number, number>();
  for (const node of plan.nodes) {
    if (node.kind !== 'choose') continue;
    const id = float32 ? node.float32 : node.otherwise;
    chosen.set(node.output, chosen.get(id) ?? id);
  }
  return id => chosen.get(id) ?? id;
}

export function inputsOf(node: PlanNode): readonly number[] {
  return node.kind === 'onnx' || node.kind === 'kernel' ? node.inputs : [];
}

export function outputsOf(node: PlanNode): readonly number[] {
  return node.kind === 'onnx' || node.kind === 'kernel' ? node.outputs : [node.output];
}

/** The nodes that the results depend on, in the plan's order. */
export function neededNodes(plan: ModelPlan, results: readonly number[], choose: Choose): PlanNode[] {
  const wanted = new Set(results);
  const needed: PlanNode[] = [];
  for (let i = plan.nodes.length - 1; i >= 0; i--) {
    const node = plan.nodes[i];
    if (node.kind === 'choose' || !outputsOf(node).some(id => wanted.has(id))) continue;
    for (const id of inputsOf(node)) wanted.add(choose(id));
    needed.push(node);
  }
  return needed.reverse();
}

/**
 * The graph of some of a plan's operations, in their order: `inputs` are given to it, `outputs` asked of it, and constants that
 * an operation reads stand in it. Value 7 goes by the name `v7`.
 */
export function onnxGraph(
  plan: ModelPlan,
  members: readonly OnnxNode[],
  inputs: readonly number[],
  outputs: readonly number[],
  choose: Choose,
): OnnxGraph {
  const read = new Set(members.flatMap(node => node.inputs.map(choose)));
  const constants = plan.nodes.filter(node => node.kind === 'constant').filter(node => read.has(node.output));
  const info = (id: number) => ({
    name: `v${id}`,
    type: plan.values[id].type as OnnxElement,
    shape: plan.values[id].shape,
  });
  return {
    inputs: inputs.map(info),
    outputs: outputs.map(info),
    initializers: constants.map(node => ({ ...info(node.output), data: plan.arrays[node.array] })),
    nodes: members.map(node => ({
      op: node.op,
      domain: node.domain,
      attributes: node.attributes,
      inputs: node.inputs.map(id => `v${choose(id)}`),
      outputs: node.outputs.map(id => `v${id}`),
    })),
  };
}
