import { encode } from './codec.js';
import { ModelInferResponse } from './inference-schema.js';
import { message, one } from './schema.js';

/** How ModelStreamInfer writes: MLServer and Triton have different responses under one name, and no request tells them apart. */
export interface StreamForm {
  /** One answer, from the bytes of a ModelInferResponse. */
  readonly answer: (response: Buffer) => Buffer;
  /** A failure of one request, which the stream survives; undefined: the first failure ends the stream. */
  readonly failure?: (text: string, id: string | undefined) => Buffer;
}

/** Triton's ModelStreamInferResponse; the answer in it stays bytes. */
const TritonStreamResponse = message('ModelStreamInferResponse', {
  error_message: one(1, 'string'),
  infer_response: one(2, 'bytes'),
});

export const STREAM_FORMS: Readonly<Record<'mlserver' | 'triton', StreamForm>> = {
  mlserver: { answer: response => response },
  triton: {
    answer: response => encode(TritonStreamResponse, { infer_response: response }),
    failure: (text, id = '') =>
      encode(TritonStreamResponse, { error_message: text, infer_response: encode(ModelInferResponse, { id }) }),
  },
};
