import { readFile } from 'node:fs/promises';
import type { ModelPlan, PlanOutput } from '../convert/plan.js';
import { decodePlan } from '../convert/plan-file.js';
import type { Datatype } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { InferRequest } from '../core/protocol.js';
import type { Parameters } from '../core/tensor.js';
import type { SessionOptions } from '../wire/messages.js';
import { outputTensor, resolve } from './plan-output-tensor.js';
import { RequestRows } from './request-rows.js';
import type { Prediction, Runtime } from './runtime.js';
import { compile, type Executable } from './shortcut.js';

export interface PlannedOptions extends SessionOptions {
  /** The method that answers when a request names none; by default what the library would do first. */
  readonly defaultOutput?: string;
}

/** Programs for other sets of outputs than the default are kept, up to this many. */
const MAX_PROGRAMS = 16;
/** MLServer marks answers that are data frames. */
const FRAME: Parameters = { content_type: 'pd' };
const DEFAULT_METHODS = ['predict', 'transform', 'score_samples'];

/** A converted model. Row by row by nature: its requests may share batches. */
export class PlannedRuntime implements Runtime {
  readonly model: ModelInterface;
  private readonly programs = new Map<string, Promise<Executable>>();
  private readonly byMethod = new Map<string, PlanOutput[]>();
  private readonly defaults: readonly PlanOutput[];
  private readonly float32Matters: boolean;

  private constructor(
    private readonly plan: ModelPlan,
    private readonly options: PlannedOptions,
  ) {
    for (const output of plan.outputs) {
      const group = this.byMethod.get(output.method);
      if (group === undefined) this.byMethod.set(output.method, [output]);
      else group.push(output);
    }
    const method =
      options.defaultOutput ?? DEFAULT_METHODS.find(name => this.byMethod.has(name)) ?? plan.outputs[0].method;
    const defaults = this.byMethod.get(method);
    if (defaults === undefined) {
      const known = [...this.byMethod.keys()].join(', ');
      throw new ServerError(
        'INVALID_ARGUMENT',
        `predict_fn '${method}': the model has no such method, it has ${known}`,
      );
    }
    this.defaults = defaults;
    this.float32Matters = plan.nodes.some(node => node.kind === 'choose');
    this.model = describe(plan, defaults, [...this.byMethod.keys()]);
  }

  /** Without any session yet: those are made when they are needed. */
  static of(plan: ModelPlan, options: PlannedOptions = {}): PlannedRuntime {
    return new PlannedRuntime(plan, options);
  }

  static async load(file: string, options: PlannedOptions = {}): Promise<PlannedRuntime> {
    const bytes = await readFile(file);
    const runtime = PlannedRuntime.of(decodePlan(bytes.buffer, bytes.byteOffset, bytes.byteLength), options);
    await runtime.program(runtime.defaults, runtime.plan.input.datatype === 'FP32');
    return runtime;
  }

  async predict(request: InferRequest): Promise<Prediction> {
    const outputs = request.outputs?.length ? this.requested(request) : this.defaults;
    const rows = new RequestRows(request, this.plan.input);
    const program = await this.program(outputs, rows.float32);
    const values = await program.run(rows);
    return {
      outputs: outputs.map((output, i) => outputTensor(output, values[i], rows.datatype, program.owns(i))),
      parameters: outputs.some(output => output.frame) ? FRAME : undefined,
    };
  }

  async unload(): Promise<void> {
    for (const program of this.programs.values()) await (await program).release();
  }

  /** In the order asked, repetitions included, as MLServer answers. */
  private requested(request: InferRequest): readonly PlanOutput[] {
    return request.outputs!.flatMap(({ name }) => this.byMethod.get(name) ?? []);
  }

  private program(outputs: readonly PlanOutput[], float32: boolean): Promise<Executable> {
    const precise = float32 && this.float32Matters;
    const key = `${precise}:${outputs.map(output => output.value)}`;
    let program = this.programs.get(key);
    if (program === undefined) {
      program = compile(this.plan, outputs, precise, this.options);
      if (this.programs.size >= MAX_PROGRAMS) this.programs.delete([...this.programs.keys()][1]);
      this.programs.set(key, program);
      // Memory may have been short: the next request tries again, and nothing is there to be released.
      program.catch(() => this.programs.delete(key));
    }
    return program;
  }
}

function describe(plan: ModelPlan, defaults: readonly PlanOutput[], methods: readonly string[]): ModelInterface {
  const { about, input } = plan;
  const parameters: Record<string, Parameters[string]> = {
    library: about.library,
    library_version: about.libraryVersion,
    estimator: about.estimator,
  };
  if (about.classes !== undefined) parameters.classes = about.classes;
  if (input.names !== undefined) parameters.feature_names = input.names;
  const rest = plan.outputs.filter(output => !defaults.includes(output));
  return {
    platform: '',
    inputs: describeInputs(plan),
    outputs: [...defaults, ...rest].map(output => {
      const { shape } = plan.values[output.value];
      return {
        name: output.name,
        datatype: resolve(output.datatype, input.datatype),
        shape: shape.length === 1 ? [-1, 1] : [-1, ...shape.slice(1)],
      };
    }),
    methods,
    parameters,
    rule: {
      kind: 'rows',
      columns: input.columns,
      names: input.names,
      types: input.types,
      missing: input.missing,
      others: input.others,
      infinite: input.infinite === true,
      empty: about.library !== 'scikit-learn',
    },
    sharing: 'always',
    seesParameters: false,
  };
}

function describeInputs({ input }: ModelPlan): ModelInterface['inputs'] {
  const { columns, names, types, datatype } = input;
  if (types === 'number') return [{ name: 'predict', datatype, shape: [-1, columns] }];
  const datatypes = types.map((type): Datatype => (type === 'text' || type === 'any' ? 'BYTES' : datatype));
  if (names === undefined) {
    const common = datatypes.includes('BYTES') ? 'BYTES' : datatype;
    return [{ name: 'predict', datatype: common, shape: columns === 1 ? [-1] : [-1, columns] }];
  }
  return names
    .map((name, i) => ({ name, datatype: datatypes[i], shape: [-1, 1] }))
    .filter((_, i) => types[i] !== 'unused');
}
