/*
 * ModelInferResponse, written straight from the outputs' arrays.
 *   1 model_name, 2 model_version, 3 id, 4 parameters, 5 outputs, 6 raw_output_contents
 *   InferOutputTensor  1 name, 2 datatype, 3 shape, 4 parameters, 5 contents
 */
import type { InferResponse } from '../core/protocol.js';
import type { Tensor } from '../core/tensor.js';
import { ProtoWriter } from '../formats/proto-writer.js';
import { putRaw, rawLength } from '../wire/raw-tensor.js';
import { writeParameters } from './parameters.js';
import { writeContents } from './tensor-contents.js';

/** What names, shapes and parameters are likely to take, of the response and of each output. */
const HEADER_BYTES = 256;

/** With `raw` all values stand in raw_output_contents. So they do whenever an output is FP16, for which there is no other way. */
export function encodeInferResponse(response: InferResponse, raw: boolean): Buffer {
  const { modelName, modelVersion, id, parameters, outputs } = response;
  const allRaw = raw || outputs.some(output => output.datatype === 'FP16');
  let capacity = HEADER_BYTES;
  for (const { data } of outputs) capacity += HEADER_BYTES + rawLength(data);
  const writer = new ProtoWriter(capacity);
  writer.text(1, modelName);
  if (modelVersion) writer.text(2, modelVersion);
  if (id) writer.text(3, id);
  if (parameters !== undefined) writeParameters(writer, 4, parameters);
  for (const output of outputs) writeOutput(writer, output, allRaw);
  if (allRaw) for (const { data } of outputs) putRaw(writer.space(6, rawLength(data)), data);
  return writer.finish();
}

/** The contents of a raw output are there and empty, as MLServer has it. */
function writeOutput(writer: ProtoWriter, { name, datatype, shape, parameters, data }: Tensor, raw: boolean): void {
  const body = writer.begin(5);
  writer.text(1, name);
  writer.text(2, datatype);
  if (shape.length > 0) writer.packedIntegers(3, shape);
  if (parameters !== undefined) writeParameters(writer, 4, parameters);
  const contents = writer.begin(5);
  if (!raw) writeContents(writer, data, datatype);
  writer.end(contents);
  writer.end(body);
}
