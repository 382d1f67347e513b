import { ServerError } from '../core/errors.js';
import type { InferRequest } from '../core/protocol.js';
import { rowsOf, sliceRows, type Tensor } from '../core/tensor.js';
import { encodeFrame, type FrameTarget, type FrameTensor } from '../wire/frame.js';

/** Rows of a request: the first dimension of its first input; a request without inputs counts as one. */
export function requestRows(request: InferRequest): number {
  return request.inputs.length === 0 ? 1 : rowsOf(request.inputs[0]);
}

/** Whether rows of this request may become rows of a merged one: it has some, and as many in every input. */
export function hasRowsToShare({ inputs }: InferRequest): boolean {
  if (inputs.length === 0) return false;
  const [rows = 0] = inputs[0].shape;
  if (rows === 0) return false;
  for (let i = 1; i < inputs.length; i++) if (inputs[i].shape[0] !== rows) return false;
  return true;
}

/**
 * Copies the rows of all requests once, in order, into one frame. The requests must have one signature and, if there are
 * several, every input as many rows as its request. `headers` are those that all of them have. The caller owns the frame.
 */
export function mergeRequests(
  model: string,
  requests: readonly InferRequest[],
  headers?: FrameTarget['headers'],
): ArrayBuffer {
  const [first] = requests;
  const tensors = first.inputs.map((input, i): FrameTensor => {
    const { name, datatype, parameters } = input;
    if (requests.length === 1) return { name, datatype, parameters, shape: input.shape, parts: [input.data] };
    const shape = input.shape.slice();
    shape[0] = requests.reduce((rows, request) => rows + rowsOf(request.inputs[i]), 0);
    return { name, datatype, parameters, shape, parts: requests.map(request => request.inputs[i].data) };
  });
  const target: FrameTarget = { model, outputs: first.outputs, parameters: first.parameters, headers };
  return encodeFrame(requests.length === 1 ? { ...target, id: first.id, route: first.route } : target, tensors);
}

/**
 * Each caller's rows of every output, as views. `rows[i]` is how many rows caller i sent. Throws INTERNAL when an output does
 * not have one row for each row that went in: nobody gets rows of somebody else.
 */
export function splitOutputs(outputs: readonly Tensor[], rows: readonly number[]): Tensor[][] {
  if (rows.length === 1) return [outputs as Tensor[]];
  const total = rows.reduce((sum, count) => sum + count, 0);
  for (const output of outputs) {
    if (output.shape.length === 0 || output.shape[0] !== total) {
      throw new ServerError(
        'INTERNAL',
        `output '${output.name}': the model gave ${output.shape[0] ?? 'no'} rows for a batch of ${total}; its answer cannot be divided`,
      );
    }
  }
  let from = 0;
  return rows.map(count => {
    const to = from + count;
    const slices = outputs.map(output => sliceRows(output, from, to));
    from = to;
    return slices;
  });
}
