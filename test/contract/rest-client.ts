import { type ErrorCode, ServerError } from '../../src/core/errors.js';
import { httpStatus } from '../../src/core/status.js';
import { FailedCall, type InferClient, type PlainAnswer, type PlainRequest, type Value } from './infer-client.js';

interface JsonTensor {
  readonly name: string;
  readonly shape: number[];
  readonly datatype: PlainAnswer['outputs'][number]['datatype'];
  readonly data: (Value | null)[];
}

/** Asks with JSON. */
export class RestClient implements InferClient {
  constructor(private readonly url: string) {}

  async infer(model: string, version: string | undefined, request: PlainRequest): Promise<PlainAnswer | FailedCall> {
    const path = `/v2/models/${model}${version === undefined ? '' : `/versions/${version}`}/infer`;
    const { outputs, ...others } = request;
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...others, outputs: outputs?.map(name => ({ name })) }),
    });
    const json = (await response.json()) as Record<string, unknown>;
    if (!response.ok) return new FailedCall(response.status, json.error as string, statusOf);
    return {
      modelName: json.model_name as string,
      modelVersion: (json.model_version ?? '') as string,
      id: json.id as string,
      outputs: (json.outputs as JsonTensor[]).map(({ name, shape, datatype, data }) => {
        return { name, shape, datatype, data: data.map(value => value ?? Number.NaN) };
      }),
      headers: Object.fromEntries(response.headers),
    };
  }

  close(): void {}
}

function statusOf(code: ErrorCode): number {
  return httpStatus(new ServerError(code, ''));
}
