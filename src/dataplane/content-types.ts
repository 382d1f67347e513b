import { base64Codec } from '../codecs/base64.js';
import { PANDAS, parseColumn } from '../codecs/pandas.js';
import { contentTypeIn, decodeTensor, isTensorContentType } from '../codecs/registry.js';
import { badInput } from '../core/bad-input.js';
import { ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { InferRequest, TensorMetadata } from '../core/protocol.js';
import { bytesColumn, isBytes, missingText, type Tensor } from '../core/tensor.js';
import type { ModelSettings } from '../settings/model-settings.js';

/*
 * Content types for models that know nothing of them: those of files. (Classes of users decode by themselves.) What decides is, of
 * a tensor, its own content type, else that of the metadata tensor of its name; of a request its own, else that of the model.
 */

/** A request as the model's own tensors. Throws INVALID_ARGUMENT for values that are not of their content type. */
export function decodeContent(request: InferRequest, model: ModelInterface, settings: ModelSettings): InferRequest {
  if (model.rule.kind === 'free') return request;
  const { inputs } = request;
  const whole = contentTypeIn(request.parameters) ?? settings.parameters.contentType ?? contentTypeIn(model.parameters);
  const ofOne = whole === 'np' || whole === 'str';
  if (ofOne && inputs.length !== 1) {
    const text = `inputs: the '${whole}' codec only supports a single input tensor (${inputs.length} were received)`;
    throw new ServerError('INVALID_ARGUMENT', text);
  }
  const described = contentTypesOf(settings.inputs.length > 0 ? settings.inputs : model.inputs);
  let decoded: Tensor[] | undefined;
  for (let i = 0; i < inputs.length; i++) {
    const tensor = inputs[i];
    const own = contentTypeIn(tensor.parameters) ?? described.get(tensor.name);
    const contentType =
      isTensorContentType(own) || (own === 'pd_json' && whole === PANDAS) ? own : ofOne ? whole : undefined;
    const made = contentType === undefined ? tensor : decodeInput(tensor, contentType);
    if (made === tensor) continue;
    decoded ??= inputs.slice();
    decoded[i] = made;
  }
  return decoded === undefined ? request : { ...request, inputs: decoded };
}

function decodeInput(tensor: Tensor, contentType: string): Tensor {
  switch (contentType) {
    case 'str':
      if (!isBytes(tensor.data))
        throw badInput(tensor.name, `content type 'str' needs datatype BYTES, got ${tensor.datatype}`);
      return tensor;
    case 'datetime':
      // For its check: the text is what a model takes.
      decodeTensor(tensor, 'datetime');
      return tensor;
    case 'base64':
      return { ...tensor, data: bytesColumn(decodeTensor(tensor, 'base64')) };
    case 'pd_json':
      return parsedColumn(tensor);
    default:
      return tensor;
  }
}

/** Numbers if all documents are numbers, else texts. */
function parsedColumn(tensor: Tensor): Tensor {
  const values = parseColumn(tensor);
  if (values.every(value => value === null || typeof value === 'number')) {
    return {
      ...tensor,
      datatype: 'FP64',
      data: Float64Array.from(values, value => (value as number | null) ?? Number.NaN),
    };
  }
  const texts = values.map(value =>
    value === null ? missingText() : typeof value === 'string' ? value : JSON.stringify(value),
  );
  return { ...tensor, data: bytesColumn(texts) };
}

/**
 * Outputs by the content types that the request asks for, or else the model's settings give them. Throws INVALID_ARGUMENT where the
 * request asks for what the values are not, FAILED_PRECONDITION where the settings do.
 */
export function encodeContent(
  outputs: readonly Tensor[],
  { outputs: asked }: InferRequest,
  model: ModelInterface,
  settings: ModelSettings,
): readonly Tensor[] {
  if (model.rule.kind === 'free') return outputs;
  const described = contentTypesOf(settings.outputs);
  if (described.size === 0 && !asked?.some(({ parameters }) => parameters?.content_type !== undefined)) return outputs;
  return outputs.map(output => {
    const named = contentTypeIn(asked?.find(({ name }) => name === output.name)?.parameters);
    const wanted = isTensorContentType(named) ? named : undefined;
    const contentType = wanted ?? described.get(output.name);
    if (!isTensorContentType(contentType)) return output;
    const encoded = encodeOutput(output, contentType);
    if (encoded !== undefined) return encoded;
    const text = `output '${output.name}': content type '${contentType}' does not fit its values of ${output.datatype}`;
    throw new ServerError(wanted === undefined ? 'FAILED_PRECONDITION' : 'INVALID_ARGUMENT', text);
  });
}

/** Undefined for values that are not of this content type. */
function encodeOutput(output: Tensor, contentType: string): Tensor | undefined {
  const marked = { ...output, parameters: { ...output.parameters, content_type: contentType } };
  switch (contentType) {
    case 'base64': {
      const { data, shape, parameters } = base64Codec.encode(output.name, elementsOf(output));
      return { ...marked, datatype: 'BYTES', shape: isBytes(output.data) ? output.shape : shape, data, parameters };
    }
    case 'str':
      return isBytes(output.data) ? marked : undefined;
    case 'datetime':
      try {
        decodeTensor(output, 'datetime');
        return marked;
      } catch {
        return undefined;
      }
    default:
      return marked;
  }
}

/** Each text, or the bytes of each row of numbers. */
function elementsOf({ data, shape }: Tensor): Uint8Array[] {
  if (isBytes(data)) {
    const { offsets, bytes } = data;
    return Array.from({ length: offsets.length - 1 }, (_, i) => bytes.subarray(offsets[i], offsets[i + 1]));
  }
  const [rows = 1] = shape;
  const size = rows === 0 ? 0 : data.byteLength / rows;
  return Array.from({ length: rows }, (_, i) => new Uint8Array(data.buffer, data.byteOffset + i * size, size));
}

const NONE: ReadonlyMap<string, string> = new Map();
const known = new WeakMap<readonly TensorMetadata[], ReadonlyMap<string, string>>();

/** The content types that metadata give to tensors, by name. Metadata do not change, so they are looked through once. */
function contentTypesOf(metadata: readonly TensorMetadata[]): ReadonlyMap<string, string> {
  let found = known.get(metadata);
  if (found === undefined) {
    const types = metadata.flatMap(({ name, parameters }): [string, string][] => {
      const contentType = contentTypeIn(parameters);
      return contentType === undefined ? [] : [[name, contentType]];
    });
    found = types.length === 0 ? NONE : new Map(types);
    known.set(metadata, found);
  }
  return found;
}
