import { status } from '@grpc/grpc-js';
import { arrayView, type Datatype, isDatatype, type NumericDatatype, newArray } from '../../src/core/datatype.js';
import { ServerError } from '../../src/core/errors.js';
import { grpcStatus } from '../../src/core/status.js';
import { inferenceFile, inferenceService, type ModelInferRequest } from '../../src/grpc/inference-schema.js';
import type { Draft } from '../../src/grpc/schema.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import {
  FailedCall,
  type InferClient,
  type PlainAnswer,
  type PlainRequest,
  type PlainTensor,
  type Refusal,
  type Value,
} from './infer-client.js';

type Contents = NonNullable<NonNullable<Draft<typeof ModelInferRequest>['inputs']>[number]['contents']>;

/** Asks with ModelInfer: with typed contents or raw ones. */
export class GrpcClient implements InferClient {
  private readonly client: GrpcTestClient;

  constructor(
    url: string,
    private readonly raw: boolean,
  ) {
    this.client = new GrpcTestClient(url);
  }

  async infer(
    model: string,
    version = '',
    { id = '', inputs, outputs = [], contentType, outputContentType }: PlainRequest,
  ): Promise<PlainAnswer | FailedCall> {
    const result = await this.client.ask(pathOf(inferenceFile, 'ModelInfer'), inferenceService.methods.ModelInfer, {
      model_name: model,
      model_version: version,
      id,
      inputs: inputs.map(input => ({
        name: input.name,
        datatype: input.datatype,
        shape: input.shape,
        parameters: typed(input.contentType),
        ...(this.raw ? {} : { contents: contentsOf(input) }),
      })),
      outputs: outputs.map(name => ({ name, parameters: typed(outputContentType) })),
      parameters: typed(contentType),
      raw_input_contents: this.raw ? inputs.map(rawBytes) : [],
    });
    const { answer } = result;
    if (result.code !== status.OK) return new FailedCall(result.code, result.details, statusOf);
    return {
      modelName: answer!.model_name,
      modelVersion: answer!.model_version,
      id: answer!.id,
      outputs: answer!.outputs.map(({ name, datatype, shape, contents, parameters }, i) => {
        if (!isDatatype(datatype)) throw new Error(`output ${name} has the datatype ${datatype}`);
        const data = this.raw
          ? valuesOf(datatype, answer!.raw_output_contents[i])
          : Object.values(contents!).find(list => list.length > 0);
        const contentType = parameters.get('content_type')?.string_param;
        return { name, datatype, shape: shape.map(Number), data: [...(data ?? [])].map(plain), contentType };
      }),
      headers: result.trailers,
    };
  }

  close(): void {
    this.client.close();
  }
}

const LISTS: Readonly<Record<string, keyof Contents>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

function contentsOf({ datatype, data }: PlainTensor): Contents {
  const list = LISTS[datatype] ?? 'fp64_contents';
  return { [list]: datatype === 'BYTES' ? data.map(text => Buffer.from(text as string)) : data };
}

function typed(contentType: string | undefined): Map<string, { string_param: string }> {
  return new Map(contentType === undefined ? [] : [['content_type', { string_param: contentType }]]);
}

/** The values as the binary tensor data extension has them. */
export function rawBytes({ datatype, data }: PlainTensor): Uint8Array {
  if (datatype === 'BYTES') {
    const elements = data.map(text => Buffer.from(text as string));
    return Buffer.concat(elements.flatMap(bytes => [Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]));
  }
  const known = isDatatype(datatype) ? (datatype as NumericDatatype) : 'FP64';
  const array = newArray(known, data.length);
  data.forEach((value, i) => {
    array[i] = (
      array instanceof BigInt64Array || array instanceof BigUint64Array ? BigInt(value) : Number(value)
    ) as never;
  });
  return arrayView('UINT8', array.buffer, 0, array.byteLength);
}

/** Numbers where they are safe integers, as the typed contents are read. */
export function valuesOf(datatype: Datatype, raw: Uint8Array): Value[] {
  if (datatype === 'BYTES') return textsOf(raw);
  const { buffer } = Uint8Array.from(raw);
  const array = arrayView(datatype, buffer, 0, raw.byteLength / newArray(datatype, 0).BYTES_PER_ELEMENT);
  return Array.from(array as BigInt64Array, value => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
}

function textsOf(raw: Uint8Array): string[] {
  const found: string[] = [];
  const bytes = Buffer.from(raw);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    found.push(bytes.toString('utf8', at + 4, end));
    at = end;
  }
  return found;
}

function plain(value: Value | Uint8Array): Value {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
}

export function statusOf({ code }: Refusal): number {
  return grpcStatus(new ServerError(code, ''));
}
