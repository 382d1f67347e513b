import type { ModelPlan, PlanNode, PlanOutput } from '../convert/plan.js';
import {
  type Choose,
  chooser,
  inputsOf,
  neededNodes,
  type OnnxNode,
  onnxGraph,
  outputsOf,
} from '../convert/plan-graph.js';
import { encodeOnnxModel } from '../formats/onnx-write.js';
import { kernels } from '../kernels/catalogue.js';
import type { KernelStep } from '../kernels/kernel.js';
import type { StoredArray, Value } from '../kernels/value.js';
import type { SessionOptions } from '../wire/messages.js';
import { DirectGraph } from './direct-graph.js';
import { OnnxSession } from './onnx-session.js';
import type { RowSource } from './row-source.js';

type InputNode = Extract<PlanNode, { kind: 'rows' | 'column' }>;
type KernelNode = Extract<PlanNode, { kind: 'kernel' }>;

/** One step of a program: reads values by number, writes values by number. */
interface Step {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly run: KernelStep | undefined;
  readonly session: OnnxSession | undefined;
  /** What the session does, for few rows. */
  readonly direct?: DirectGraph;
}

/**
 * A plan made ready for one set of outputs and one precision of rows: what those outputs do not need is left out, neighbouring
 * ONNX operations share a session, kernels are prepared.
 */
export class Program {
  private constructor(
    private readonly plan: ModelPlan,
    private readonly steps: readonly Step[],
    private readonly inputNodes: readonly InputNode[],
    private readonly constants: ReadonlyMap<number, Value>,
    private readonly results: readonly number[],
  ) {}

  static async compile(
    plan: ModelPlan,
    outputs: readonly Pick<PlanOutput, 'value'>[],
    float32: boolean,
    options: SessionOptions = {},
  ): Promise<Program> {
    const choose = chooser(plan, float32);
    const results = outputs.map(output => choose(output.value));
    const nodes = neededNodes(plan, results, choose);
    const constants = constantValues(plan, nodes);
    const steps: Step[] = [];
    for (const stage of stagesOf(plan, nodes, results, choose)) {
      if (stage.onnx.length > 0) steps.push(await sessionStep(plan, stage.onnx, nodes, results, choose, options));
      for (const node of stage.kernels) {
        steps.push({
          inputs: node.inputs.map(choose),
          outputs: node.outputs,
          run: prepare(plan, node),
          session: undefined,
        });
      }
    }
    const inputNodes = nodes.filter(node => node.kind === 'rows' || node.kind === 'column');
    return new Program(plan, steps, inputNodes, constants, results);
  }

  /** The wanted outputs' values, in the order given to `compile`. */
  async run(source: RowSource): Promise<Value[]> {
    const values = new Map<number, Value>(this.constants);
    for (const node of this.inputNodes) {
      if (node.kind === 'rows')
        values.set(node.output, source.matrix(this.plan.values[node.output].type as 'f64' | 'f32', node.columns));
      if (node.kind === 'column') {
        values.set(node.output, source.column(node.column, this.plan.values[node.output].type as 'f64' | 'str'));
      }
    }
    for (const step of this.steps) {
      let made: Value[];
      if (step.direct !== undefined && source.rows <= step.direct.mostRows) {
        step.direct.run(values);
        continue;
      }
      if (step.session === undefined) {
        made = step.run!(
          step.inputs.map(id => values.get(id)!),
          source.rows,
        );
      } else {
        const feeds: Record<string, Value> = {};
        for (const id of step.inputs) feeds[`v${id}`] = values.get(id)!;
        made = await step.session.run(feeds);
      }
      for (let i = 0; i < made.length; i++) values.set(step.outputs[i], made[i]);
    }
    return this.results.map(id => values.get(id)!);
  }

  /** Whether a result's memory was made by this run, so that it may be given away. */
  owns(result: number): boolean {
    const id = this.results[result];
    return !this.constants.has(id) && !this.inputNodes.some(node => node.output === id);
  }

  async release(): Promise<void> {
    for (const step of this.steps) await step.session?.release();
  }
}

function constantValues(plan: ModelPlan, nodes: readonly PlanNode[]): Map<number, Value> {
  const constants = new Map<number, Value>();
  for (const node of nodes) {
    if (node.kind !== 'constant') continue;
    const { type, shape } = plan.values[node.output];
    constants.set(node.output, { type, shape, data: plan.arrays[node.array] } as Value);
  }
  return constants;
}

interface Stage {
  readonly onnx: OnnxNode[];
  readonly kernels: KernelNode[];
}

/**
 * Puts every node into the first stage in which its inputs are there. Within a stage the ONNX operations come first, in one
 * session, then the kernels: so an ONNX node that reads a kernel waits for the next stage. ONNX nodes whose results only
 * ONNX nodes of later stages read then join those, which saves the session they would need alone.
 */
function stagesOf(plan: ModelPlan, nodes: readonly PlanNode[], results: readonly number[], choose: Choose): Stage[] {
  const stageOf = new Int32Array(plan.values.length);
  const byKernel = new Uint8Array(plan.values.length);
  const steps = nodes.filter(node => node.kind === 'onnx' || node.kind === 'kernel');
  for (const node of steps) {
    let at = 0;
    for (const id of node.inputs.map(choose)) {
      at = Math.max(at, stageOf[id] + (node.kind === 'onnx' && byKernel[id] === 1 ? 1 : 0));
    }
    for (const id of node.outputs) {
      stageOf[id] = at;
      byKernel[id] = node.kind === 'kernel' ? 1 : 0;
    }
  }

  /** The first stage that reads a value. */
  const readIn = new Int32Array(plan.values.length).fill(steps.length);
  for (const id of results) readIn[id] = stageOf[id];
  const stages: Stage[] = [];
  for (const node of steps.reverse()) {
    const [own] = node.outputs.map(id => stageOf[id]);
    const read = Math.min(...node.outputs.map(id => readIn[id]));
    const at = node.kind === 'onnx' && read < steps.length ? read : own;
    while (stages.length <= at) stages.push({ onnx: [], kernels: [] });
    if (node.kind === 'onnx') stages[at].onnx.unshift(node);
    else stages[at].kernels.unshift(node);
    for (const id of node.inputs.map(choose)) {
      // A kernel keeps what it reads where it is: moving that to the kernel's stage could cost a session there.
      readIn[id] = Math.min(readIn[id], node.kind === 'onnx' ? at : stageOf[id]);
    }
  }
  return stages;
}

async function sessionStep(
  plan: ModelPlan,
  members: readonly OnnxNode[],
  nodes: readonly PlanNode[],
  results: readonly number[],
  choose: Choose,
  options: SessionOptions,
): Promise<Step> {
  const made = new Set(members.flatMap(node => node.outputs));
  const inside = new Set<PlanNode>(members);
  const given = new Set<number>();
  for (const node of nodes)
    if (!inside.has(node) && node.kind !== 'constant') for (const id of outputsOf(node)) given.add(id);
  const inputs = new Set(members.flatMap(node => node.inputs.map(choose)).filter(id => given.has(id)));
  const readLater = new Set(results);
  for (const node of nodes) if (!inside.has(node)) for (const id of inputsOf(node)) readLater.add(choose(id));
  const outputs = [...made].filter(id => readLater.has(id));
  const graph = onnxGraph(plan, members, [...inputs], outputs, choose);
  const session = await OnnxSession.create(encodeOnnxModel(graph), options);
  return { inputs: [...inputs], outputs, run: undefined, session, direct: DirectGraph.of(plan, members, choose) };
}

function prepare(plan: ModelPlan, node: KernelNode): KernelStep {
  const kernel = kernels.get(node.kernel);
  if (kernel === undefined)
    throw new TypeError(`the plan asks for the kernel '${node.kernel}', which this server does not have`);
  const arrays: Record<string, StoredArray> = {};
  for (const [name, index] of Object.entries(node.arrays)) arrays[name] = plan.arrays[index];
  return kernel({ params: node.params, arrays });
}
