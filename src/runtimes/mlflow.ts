import type { InputRule, ModelInterface, ModelSignature } from '../core/model-interface.js';
import type { InferRequest } from '../core/protocol.js';
import type { Tensor } from '../core/tensor.js';
import type { Prediction, Runtime } from './runtime.js';

/** The name MLServer gives to what a model of MLflow answers, unless that is a dictionary. */
const ANSWER = 'output-1';

/**
 * A model of MLflow: the model of its flavour, shown as its signature says. What the model answers by default goes by `output-1`,
 * and by the signature's name when a request asks for that.
 */
export class MlflowRuntime implements Runtime {
  readonly model: ModelInterface;
  /** The inner model's name for its answer; undefined when its outputs have names that clients know. */
  private readonly answer: string | undefined;
  /** Other names that requests may use for the answer. */
  private readonly aliases: readonly string[];
  /** Names of the columns when the inner model itself has none, in its order. */
  private readonly columns: readonly string[] | undefined;

  constructor(
    private readonly inner: Runtime,
    signature: ModelSignature | undefined,
  ) {
    const { model } = inner;
    const { rule, methods = [] } = model;
    this.answer = rule.kind === 'rows' ? model.outputs[0].name : undefined;
    const signed = signature?.outputs.map(({ name }) => name) ?? [];
    this.aliases = this.answer === undefined ? [] : [ANSWER, ...signed].filter(name => !methods.includes(name));
    this.columns = columnsOf(rule, signature);
    this.model = {
      ...model,
      ...(signature && rule.kind === 'rows' ? shown(model, signature) : {}),
      methods: [...methods, ...this.aliases],
      parameters:
        signature === undefined ? model.parameters : { ...model.parameters, content_type: signature.contentType },
      rule: rule.kind === 'rows' && this.columns !== undefined ? { ...rule, names: this.columns } : rule,
    };
  }

  async predict(request: InferRequest): Promise<Prediction> {
    const { answer, aliases } = this;
    const inputs = this.inOrder(request.inputs);
    if (answer === undefined) return this.inner.predict({ ...request, inputs });
    const asked = request.outputs ?? [];
    const prediction = await this.inner.predict({
      ...request,
      inputs,
      outputs: asked.map(output => (aliases.includes(output.name) ? { ...output, name: answer } : output)),
    });
    const names = asked.length === 0 ? [ANSWER] : asked.map(({ name }) => name);
    const given = names.filter(name => name === answer || aliases.includes(name));
    const outputs = prediction.outputs.map(output =>
      output.name === answer ? { ...output, name: given.shift() ?? ANSWER } : output,
    );
    return { ...prediction, outputs };
  }

  unload(): Promise<void> {
    return this.inner.unload();
  }

  /** Columns as the inner model, which knows no names, wants them. */
  private inOrder(inputs: readonly Tensor[]): readonly Tensor[] {
    const { columns } = this;
    if (columns === undefined || inputs.length < 2) return inputs;
    return inputs.toSorted((a, b) => columns.indexOf(a.name) - columns.indexOf(b.name));
  }
}

function columnsOf(rule: InputRule, signature: ModelSignature | undefined): readonly string[] | undefined {
  if (rule.kind !== 'rows' || rule.names !== undefined || signature?.contentType !== 'pd') return undefined;
  return signature.inputs.length === rule.columns ? signature.inputs.map(({ name }) => name) : undefined;
}

/** The signature's tensors, where it has any. */
function shown({ inputs, outputs }: ModelInterface, signature: ModelSignature) {
  return {
    inputs: signature.inputs.length > 0 ? signature.inputs : inputs,
    outputs: signature.outputs.length > 0 ? signature.outputs : outputs,
  };
}
