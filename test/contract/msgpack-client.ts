import { isDatatype } from '../../src/core/datatype.js';
import { packMessage, unpackMessage } from '../../src/wire/msgpack.js';
import { rawBytes, valuesOf } from './grpc-client.js';
import {
  FailedCall,
  type InferClient,
  type PlainAnswer,
  type PlainRequest,
  type Refusal,
  type Value,
} from './infer-client.js';
import { requestBody, statusOf as restStatusOf } from './rest-client.js';

type Fields = ReadonlyMap<string, unknown>;

/** Asks over REST with MessagePack, numbers in binary. */
export class MsgpackClient implements InferClient {
  constructor(private readonly url: string) {}

  async infer(model: string, version: string | undefined, request: PlainRequest): Promise<PlainAnswer | FailedCall> {
    const path = `/v2/models/${model}${version === undefined ? '' : `/versions/${version}`}/infer`;
    const body = requestBody(request, input => (input.datatype === 'BYTES' ? input.data : rawBytes(input)));
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/msgpack' },
      body: new Uint8Array(packMessage(body)),
    });
    if (!response.ok) {
      const { error } = (await response.json()) as { error: string };
      return new FailedCall(response.status, error, statusOf);
    }
    const answer = unpackMessage(Buffer.from(await response.arrayBuffer())) as Fields;
    return {
      modelName: answer.get('model_name') as string,
      modelVersion: (answer.get('model_version') ?? '') as string,
      id: answer.get('id') as string,
      outputs: (answer.get('outputs') as Fields[]).map(output => {
        const datatype = output.get('datatype');
        if (!isDatatype(datatype)) throw new Error(`output of datatype ${datatype}`);
        const data = output.get('data');
        return {
          name: output.get('name') as string,
          shape: output.get('shape') as number[],
          datatype,
          data: Array.isArray(data) ? (data as Value[]) : valuesOf(datatype, data as Uint8Array),
          contentType: (output.get('parameters') as Fields | undefined)?.get('content_type') as string | undefined,
        };
      }),
      headers: Object.fromEntries(response.headers),
    };
  }

  close(): void {}
}

/** Whatever is wrong with such a body has one status. */
function statusOf(refusal: Refusal): number {
  return refusal.code === 'UNPROCESSABLE' ? 400 : restStatusOf(refusal);
}
