import { kindOf } from '../codecs/codec.js';
import type { DataFrame } from '../codecs/pandas.js';
import { type DecodedTensor, decodeColumns, decodeTensor, type TensorContentType } from '../codecs/registry.js';
import type { Parameters, ParameterValue, Tensor } from '../core/tensor.js';
import { ModelError } from './model-error.js';
import type { ModelRequest } from './request.js';
import type { ModelResponse } from './response.js';
import { encodeAll } from './values.js';

interface DecodedInput extends Omit<DecodedTensor, 'str' | 'raw'> {
  /** None of them missing. */
  str: string[];
  /** All tensors that no other input takes. */
  pd: DataFrame;
}

type InputType = keyof DecodedInput;
/** A content type; with a question mark the input may be missing. */
type InputTypeSpec = InputType | `${InputType}?`;
type Decoded<Spec> = Spec extends `${infer Type extends InputType}?`
  ? DecodedInput[Type] | undefined
  : Spec extends InputType
    ? DecodedInput[Spec]
    : never;

export interface TypedOptions<Inputs extends Readonly<Record<string, InputTypeSpec>>> {
  /** Content types by the names of the input tensors. */
  readonly inputs: Inputs;
  /** Content types of `output-0`, `output-1`, ...; with several the function returns a list. Without: one, by its value's type. */
  readonly outputs?: readonly (TensorContentType | 'pd')[];
}

/** What goes out beside the outputs, to be filled in. */
export interface TypedReply {
  /** Of HTTP, or trailing metadata of gRPC. */
  readonly headers: Record<string, string | number>;
  readonly parameters: Record<string, ParameterValue>;
}

interface InputField {
  readonly name: string;
  readonly contentType: InputType;
  readonly optional: boolean;
}

/**
 * A `predict` from a function on decoded values: inputs are matched by name and decoded as declared, whatever content types the
 * request says; results become `output-0`, `output-1`, ... (a table one output per column). Inputs that are missing, or are not
 * declared, are answered with status 400.
 */
export function typed<const Inputs extends Readonly<Record<string, InputTypeSpec>>>(
  { inputs, outputs }: TypedOptions<Inputs>,
  run: (values: { [Name in keyof Inputs]: Decoded<Inputs[Name]> }, request: ModelRequest, reply: TypedReply) => unknown,
): (request: ModelRequest) => Promise<ModelResponse> {
  const fields = Object.entries(inputs).map(([name, spec]) => field(name, spec));
  return async function (this: unknown, request) {
    const values = decodeFields(fields, request) as { [Name in keyof Inputs]: Decoded<Inputs[Name]> };
    const reply: TypedReply = { headers: {}, parameters: {} };
    const result = await run.call(this, values, request, reply);
    return { outputs: encodeResult(result, outputs), parameters: parametersOf(reply) };
  };
}

function field(name: string, spec: InputTypeSpec): InputField {
  const optional = spec.endsWith('?');
  const contentType = optional ? spec.slice(0, -1) : spec;
  if (!['np', 'str', 'base64', 'datetime', 'pd'].includes(contentType)) {
    throw new ModelError(`typed: input '${name}': expected np, str, base64, datetime or pd, got '${spec}'`);
  }
  return { name, contentType: contentType as InputType, optional };
}

function decodeFields(fields: readonly InputField[], { inputs, metadata }: ModelRequest): Record<string, unknown> {
  const rest = new Map(inputs.map(input => [input.name, input.tensor]));
  const values: Record<string, unknown> = {};
  for (const { name, contentType, optional } of fields) {
    if (contentType === 'pd') continue;
    const tensor = rest.get(name);
    rest.delete(name);
    if (tensor !== undefined)
      values[name] = contentType === 'str' ? textsOf(tensor) : decodeTensor(tensor, contentType);
    else if (!optional) throw new ModelError(`Input '${name}' is missing.`, 400);
  }
  const frame = fields.find(({ contentType }) => contentType === 'pd');
  if (frame !== undefined) {
    if (rest.size > 0) values[frame.name] = decodeColumns([...rest.values()], metadata);
    else if (!frame.optional) throw new ModelError(`Input '${frame.name}' is missing.`, 400);
  } else if (rest.size > 0) {
    const [extra] = rest.keys();
    const known = fields.map(({ name }) => `'${name}'`).join(', ');
    throw new ModelError(`Input '${extra}' was not found. Available inputs are ${known}.`, 400);
  }
  return values;
}

function textsOf(tensor: Tensor): string[] {
  const texts = decodeTensor(tensor, 'str');
  const missing = texts.indexOf(null);
  if (missing >= 0) throw new ModelError(`Input '${tensor.name}': value ${missing} is null.`, 400);
  return texts as string[];
}

function parametersOf({ headers, parameters }: TypedReply): Parameters {
  return Object.keys(headers).length === 0 ? parameters : { ...parameters, headers };
}

function encodeResult(result: unknown, contentTypes: TypedOptions<Record<string, InputTypeSpec>>['outputs']): Tensor[] {
  if (contentTypes === undefined) return encodeAll(result, 'output-0');
  if (contentTypes.length === 1) return encodeAll(result, 'output-0', contentTypes[0]);
  if (!Array.isArray(result) || result.length !== contentTypes.length) {
    const got = Array.isArray(result) ? `a list of ${result.length}` : kindOf(result);
    throw new ModelError(`expected a list of ${contentTypes.length} outputs, got ${got}`);
  }
  return contentTypes.flatMap((contentType, i) => encodeAll(result[i], `output-${i}`, contentType));
}
