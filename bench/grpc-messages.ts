import { encode } from '../src/grpc/codec.js';
import { inferenceFile } from '../src/grpc/inference-schema.js';

export const INFER_PATH = '/inference.GRPCInferenceService/ModelInfer';

const { request, response } = inferenceFile.service.methods.ModelInfer;

/** A request of so many handwritten digits, with raw contents as clients of Triton send them. */
export function inferRequest(rows: number): Buffer {
  const data = Float32Array.from({ length: rows * 64 }, (_, i) => (i * 7 + (i >> 3)) % 17);
  return encode(request, {
    model_name: 'mnist-svm',
    inputs: [{ name: 'predict', datatype: 'FP32', shape: [BigInt(rows), 64n] }],
    raw_input_contents: [new Uint8Array(data.buffer)],
  });
}

/** What the server answers to one digit. */
export function inferAnswer(): Buffer {
  return encode(response, {
    model_name: 'mnist-svm',
    model_version: 'v0.1.0',
    id: '2c8e6ee9-62b5-4b9a-b0a8-3c8fa2a3a6c0',
    outputs: [{ name: 'predict', datatype: 'INT64', shape: [1n, 1n] }],
    raw_output_contents: [new Uint8Array(new BigInt64Array([8n]).buffer)],
  });
}
