import { ServerError } from '../../src/core/errors.js';
import { httpStatus } from '../../src/core/status.js';
import {
  FailedCall,
  type InferClient,
  type PlainAnswer,
  type PlainRequest,
  type PlainTensor,
  type Refusal,
  type Value,
} from './infer-client.js';

interface JsonTensor {
  readonly name: string;
  readonly shape: number[];
  readonly datatype: PlainAnswer['outputs'][number]['datatype'];
  readonly data: (Value | null)[];
  readonly parameters?: { readonly content_type?: string };
}

/** Asks with JSON. */
export class RestClient implements InferClient {
  constructor(private readonly url: string) {}

  async infer(model: string, version: string | undefined, request: PlainRequest): Promise<PlainAnswer | FailedCall> {
    const path = `/v2/models/${model}${version === undefined ? '' : `/versions/${version}`}/infer`;
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestBody(request, ({ data }) => data)),
    });
    const json = (await response.json()) as Record<string, unknown>;
    if (!response.ok) return new FailedCall(response.status, json.error as string, statusOf);
    return {
      modelName: json.model_name as string,
      modelVersion: (json.model_version ?? '') as string,
      id: json.id as string,
      outputs: (json.outputs as JsonTensor[]).map(({ name, shape, datatype, data, parameters }) => {
        const contentType = parameters?.content_type;
        return { name, shape, datatype, data: data.map(value => value ?? Number.NaN), contentType };
      }),
      headers: Object.fromEntries(response.headers),
    };
  }

  close(): void {}
}

/** The fields of the protocol; those that are not set are not there. */
export function requestBody(request: PlainRequest, dataOf: (input: PlainTensor) => unknown): object {
  const { id, inputs, outputs, contentType, outputContentType } = request;
  return {
    ...(id === undefined ? {} : { id }),
    ...typed(contentType),
    inputs: inputs.map(input => {
      const { name, shape, datatype } = input;
      return { name, shape, datatype, data: dataOf(input), ...typed(input.contentType) };
    }),
    ...(outputs === undefined ? {} : { outputs: outputs.map(name => ({ name, ...typed(outputContentType) })) }),
  };
}

function typed(contentType: string | undefined): object {
  return contentType === undefined ? {} : { parameters: { content_type: contentType } };
}

export function statusOf({ code, httpStatus: asked }: Refusal): number {
  return httpStatus(new ServerError(code, '', { httpStatus: asked }));
}
