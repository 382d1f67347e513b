import type { Datatype } from '../../src/core/datatype.js';
import { inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import type { Draft, MessageType, Rpc, Values } from '../../src/grpc/schema.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import type { GoldenAnswer, GoldenClient, GoldenRequest } from './client.js';

const { ModelInfer, ModelMetadata } = inferenceService.methods;
type InferRequest = Draft<typeof ModelInfer.request>;
type Contents = NonNullable<NonNullable<Values<typeof ModelInfer.response>['outputs'][number]>['contents']>;

/** Which list of InferTensorContents holds the values of a datatype. */
const LIST_OF: Partial<Record<Datatype, keyof Contents>> = {
  BOOL: 'bool_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

/** Asks over gRPC, with values in protobuf's lists. */
export class GrpcClient implements GoldenClient {
  readonly transport = 'gRPC';
  readonly missingText = false;
  private readonly client: GrpcTestClient;

  constructor(url: string) {
    this.client = new GrpcTestClient(url);
  }

  async inputName(model: string): Promise<string> {
    const { inputs } = await this.call('ModelMetadata', ModelMetadata, { name: model });
    return inputs[0].name;
  }

  async infer(request: GoldenRequest): Promise<readonly GoldenAnswer[]> {
    const { outputs } = await this.call('ModelInfer', ModelInfer, inferRequest(request));
    return outputs.map(({ name, datatype, shape, contents }) => ({
      name,
      datatype: datatype as Datatype,
      shape: shape.map(Number),
      data: valuesOf(datatype as Datatype, contents),
    }));
  }

  close(): void {
    this.client.close();
  }

  private async call<Q extends MessageType, A extends MessageType>(
    method: string,
    rpc: Rpc<Q, A>,
    draft: Draft<Q>,
  ): Promise<Values<A>> {
    const { answer, code, details } = await this.client.ask(pathOf(inferenceFile, method), rpc, draft);
    if (answer === undefined) throw new Error(`${code}: ${details}`);
    return answer;
  }
}

function inferRequest({ model, inputs, parameters, outputs }: GoldenRequest): InferRequest {
  return {
    model_name: model,
    parameters: new Map(Object.entries(parameters ?? {}).map(([key, text]) => [key, { string_param: text }])),
    inputs: inputs.map(({ name, datatype, shape, data }) => ({
      name,
      datatype,
      shape,
      contents: { [listOf(datatype)]: data.map(toProtobuf) },
    })),
    outputs,
  };
}

function toProtobuf(value: number | string | boolean | null): number | boolean | Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  return value ?? Number.NaN;
}

function valuesOf(datatype: Datatype, contents: Contents | undefined): GoldenAnswer['data'] {
  const values = contents?.[listOf(datatype)] ?? [];
  return Array.from(values as Iterable<number | bigint | boolean | Uint8Array>, value => {
    if (typeof value === 'bigint') return Number(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
  });
}

function listOf(datatype: Datatype): keyof Contents {
  const list = LIST_OF[datatype];
  if (list === undefined) throw new Error(`no golden tensor is ${datatype}`);
  return list;
}
