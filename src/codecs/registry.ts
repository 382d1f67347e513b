import { ServerError } from '../core/errors.js';
import type { TensorMetadata } from '../core/protocol.js';
import type { Parameters, Tensor } from '../core/tensor.js';
import { base64Codec } from './base64.js';
import { kindOf, type TensorCodec } from './codec.js';
import { datetimeCodec } from './datetime.js';
import { type NdArray, numpyCodec } from './numpy.js';
import { type DataFrame, decodeFrame, encodeFrame, isFrame, PANDAS } from './pandas.js';
import { type plainData, rawCodec } from './raw.js';
import { stringCodec } from './string.js';

/** What each content type of a tensor decodes to. */
export interface DecodedTensor {
  np: NdArray;
  str: (string | null)[];
  base64: Uint8Array[];
  datetime: Date[];
  raw: ReturnType<typeof plainData>;
}

export type TensorContentType = keyof DecodedTensor;

/** In the order in which a value's own type is looked for. */
const CODECS: readonly TensorCodec<unknown>[] = [stringCodec, numpyCodec, base64Codec, datetimeCodec];
const BY_CONTENT_TYPE: ReadonlyMap<string, TensorCodec<unknown>> = new Map(
  [...CODECS, rawCodec].map(codec => [codec.contentType, codec]),
);
/** Codecs of whole requests of one tensor. */
const OF_REQUEST = ['np', 'str'];

export function contentTypeIn(parameters: Parameters | undefined): string | undefined {
  const contentType = parameters?.content_type;
  return typeof contentType === 'string' ? contentType : undefined;
}

/** The content type of a tensor: its own, or that of the metadata tensor of its name. */
export function tensorContentType(tensor: Tensor, metadata: readonly TensorMetadata[]): string | undefined {
  return (
    contentTypeIn(tensor.parameters) ?? contentTypeIn(metadata.find(({ name }) => name === tensor.name)?.parameters)
  );
}

export function isTensorContentType(contentType: string | undefined): contentType is TensorContentType {
  return contentType !== undefined && BY_CONTENT_TYPE.has(contentType);
}

export function decodeTensor<C extends TensorContentType>(tensor: Tensor, contentType: C): DecodedTensor[C] {
  return BY_CONTENT_TYPE.get(contentType)!.decode(tensor) as DecodedTensor[C];
}

/** Throws INVALID_ARGUMENT for a content type that is none, and for a value that is not of it. */
export function encodeTensor(name: string, value: unknown, contentType?: string): Tensor {
  const codec = contentType === undefined ? CODECS.find(codec => codec.canEncode(value)) : codecOf(name, contentType);
  if (codec === undefined || !codec.canEncode(value)) {
    const aim = contentType === undefined ? 'No codec' : `Content type '${contentType}'`;
    throw new ServerError('INVALID_ARGUMENT', `output '${name}': ${aim} takes a value of type ${kindOf(value)}`);
  }
  return codec.encode(name, value);
}

function codecOf(name: string, contentType: string): TensorCodec<unknown> {
  const codec = BY_CONTENT_TYPE.get(contentType);
  if (codec !== undefined) return codec;
  const known = [...BY_CONTENT_TYPE.keys()].join(', ');
  throw new ServerError(
    'INVALID_ARGUMENT',
    `output '${name}': expected a content type of ${known}, got '${contentType}'`,
  );
}

/** A table of all tensors, each column by its own content type. */
export function decodeColumns(tensors: readonly Tensor[], metadata: readonly TensorMetadata[]): DataFrame {
  return decodeFrame(
    tensors,
    tensor => {
      const contentType = tensorContentType(tensor, metadata);
      return contentType === 'pd_json' || isTensorContentType(contentType) ? contentType : undefined;
    },
    (tensor, contentType) => decodeTensor(tensor, contentType as TensorContentType),
  );
}

/** The outputs that a value becomes: a table one per column, anything else one of this name. */
export function encodeOutputs(name: string, value: unknown, contentType?: string): Tensor[] {
  if (isFrame(value) && (contentType === undefined || contentType === PANDAS)) return encodeFrame(value);
  return [encodeTensor(name, value, contentType)];
}

/**
 * A whole request by its content type: `pd` a table, `np` and `str` the value of its only tensor, unless that has a content type
 * of its own. Any other, or none: undefined. Throws INVALID_ARGUMENT for several tensors where one is expected.
 */
export function decodeInputs(
  tensors: readonly Tensor[],
  contentType: string | undefined,
  metadata: readonly TensorMetadata[],
): unknown {
  if (contentType === PANDAS) return decodeColumns(tensors, metadata);
  if (contentType === undefined || !OF_REQUEST.includes(contentType)) return undefined;
  if (tensors.length !== 1) {
    throw new ServerError(
      'INVALID_ARGUMENT',
      `inputs: content type '${contentType}' of a request needs exactly one tensor, got ${tensors.length}`,
    );
  }
  const own = tensorContentType(tensors[0], metadata);
  return decodeTensor(tensors[0], isTensorContentType(own) ? own : (contentType as TensorContentType));
}
