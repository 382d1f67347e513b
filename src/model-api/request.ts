import { plainData } from '../codecs/raw.js';
import { tensorContentType } from '../codecs/registry.js';
import type { Datatype, NumericArray } from '../core/datatype.js';
import type { InferRequest, RequestedOutput, TensorMetadata } from '../core/protocol.js';
import { bytesAt, isBytes, type Parameters, type Tensor } from '../core/tensor.js';

/** One input of a request. */
export class InputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters: Parameters;

  constructor(
    /** As the server holds it, for codecs. */
    readonly tensor: Tensor,
    /** Its own, or that of the model's metadata. */
    readonly contentType: string | undefined,
  ) {
    this.name = tensor.name;
    this.datatype = tensor.datatype;
    this.shape = tensor.shape;
    this.parameters = tensor.parameters ?? {};
  }

  /**
   * Flat and row-major: a typed array (BOOL as 0 and 1, FP16 widened, 64-bit integers as bigints), or for BYTES a list of texts,
   * null where one is missing.
   */
  get data(): NumericArray | (string | null)[] {
    return plainData(this.tensor);
  }

  /** The elements of a BYTES tensor as they came; of others none. */
  get bytes(): Uint8Array[] {
    const { data } = this.tensor;
    if (!isBytes(data)) return [];
    return Array.from({ length: data.offsets.length - 1 }, (_, i) => bytesAt(data, i));
  }
}

/** What `predict` is asked. The memory of its tensors belongs to the model until it has answered. */
export interface ModelRequest {
  readonly id?: string;
  readonly inputs: readonly InputTensor[];
  /** What the caller asks for, if anything. */
  readonly outputs?: readonly RequestedOutput[];
  readonly parameters: Parameters;
  /** HTTP headers or gRPC metadata; names in lower case. (MLServer has them as `parameters.headers`.) */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the whole request: its own, or that of the model's settings. */
  readonly contentType?: string;
  /** Of the model's inputs, for content types by name. */
  readonly metadata: readonly TensorMetadata[];
  /** Aborted when nobody waits for the answers of a stream any more. */
  readonly signal: AbortSignal;
}

/** The request as a model sees it. */
export function modelRequest(
  { id, inputs, outputs, parameters = {}, headers = {} }: InferRequest & Pick<Partial<ModelRequest>, 'headers'>,
  metadata: readonly TensorMetadata[],
  modelContentType: string | undefined,
  signal: AbortSignal,
): ModelRequest {
  // What a client writes there is not what the transport says.
  const { headers: _forged, ...others } = parameters;
  const own = others.content_type;
  return {
    id,
    inputs: inputs.map(tensor => new InputTensor(tensor, tensorContentType(tensor, metadata))),
    outputs,
    parameters: others,
    headers,
    contentType: typeof own === 'string' ? own : modelContentType,
    metadata,
    signal,
  };
}
