import { ServerError } from '../core/errors.js';
import { float16ToNumber } from '../core/float16.js';
import type { InputRule, ModelInterface } from '../core/model-interface.js';
import type { InferRequest, TensorMetadata } from '../core/protocol.js';
import { isBytes, type Tensor } from '../core/tensor.js';

type RowsRule = Extract<InputRule, { kind: 'rows' }>;

/** Refuses with INVALID_ARGUMENT what the model cannot take, so that nothing bad enters a batch with others. */
export function checkRequest(model: ModelInterface, request: InferRequest): void {
  const { rule, methods } = model;
  if (methods !== undefined && request.outputs !== undefined) checkOutputs(request, methods);
  if (rule.kind === 'rows') checkRows(rule, request.inputs);
  else if (rule.kind === 'tensors') checkTensors(model.inputs, request.inputs);
}

function checkOutputs(request: InferRequest, methods: readonly string[]): void {
  for (const { name } of request.outputs!) {
    if (methods.includes(name)) continue;
    const known = methods.map(method => `'${method}'`).join(', ');
    throw bad(`output '${name}': the model only supports ${known} as outputs (${name} was received)`);
  }
}

function checkRows(rule: RowsRule, inputs: readonly Tensor[]): void {
  if (inputs.length === 0) throw bad(`inputs: expected one tensor of shape [-1,${rule.columns}], got none`);
  const [first] = inputs;
  const several = inputs.length > 1 || (first.shape.length === 1 && rule.columns > 1 && rule.names?.length === 1);
  if (several) checkColumns(rule, inputs);
  else checkMatrix(rule, first);
  if (!rule.empty && first.shape[0] === 0)
    throw bad(`input '${first.name}': expected at least one row, got shape [${first.shape}]`);
}

function checkMatrix(rule: RowsRule, tensor: Tensor): void {
  const { name, shape } = tensor;
  const fits = shape.length === 2 && (rule.columns === -1 || shape[1] === rule.columns);
  const vectorFits = shape.length === 1 && rule.columns === 1 && rule.types !== 'number';
  if (!fits && !vectorFits) throw bad(`input '${name}': expected shape [-1,${rule.columns}], got [${shape}]`);
  const text = rule.types !== 'number' && rule.types.some(type => type !== 'number');
  const number = rule.types === 'number' || rule.types.some(type => type !== 'text');
  checkColumn(rule, tensor, number, text);
}

function checkColumns(rule: RowsRule, inputs: readonly Tensor[]): void {
  const { names, types } = rule;
  if (names === undefined) {
    throw bad(
      `inputs: the model was fitted without column names, expected one tensor of shape [-1,${rule.columns}], got ${inputs.length} tensors`,
    );
  }
  const rows = inputs[0].shape[0];
  const given = new Map(inputs.map(tensor => [tensor.name, tensor]));
  for (const tensor of inputs) {
    if (!names.includes(tensor.name))
      throw bad(`input '${tensor.name}': the model has no such column, it has ${list(names)}`);
  }
  names.forEach((name, column) => {
    const tensor = given.get(name);
    if (tensor === undefined) throw bad(`inputs: column '${name}' is missing`);
    const { shape } = tensor;
    if (shape[0] !== rows || shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) {
      throw bad(`input '${name}': expected shape [${rows}] or [${rows},1], got [${shape}]`);
    }
    const type = types === 'number' ? 'number' : types[column];
    checkColumn(rule, tensor, type !== 'text', type !== 'number');
  });
}

function checkColumn(rule: RowsRule, tensor: Tensor, number: boolean, text: boolean): void {
  const { name, datatype, data } = tensor;
  if (isBytes(data)) {
    if (!text) throw bad(`input '${name}': expected numbers, got datatype BYTES`);
    return;
  }
  if (!number) throw bad(`input '${name}': expected text (datatype BYTES), got datatype ${datatype}`);
  if (rule.missing && rule.infinite) return;
  if (datatype === 'FP32' || datatype === 'FP64') checkFinite(rule, name, data as Float64Array);
  else if (datatype === 'FP16') checkFinite(rule, name, Float32Array.from(data as Uint16Array, float16ToNumber));
}

function checkFinite(rule: RowsRule, name: string, data: Float64Array | Float32Array): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    // Only NaN and the infinities give NaN here.
    if (value - value === 0) continue;
    if (Number.isNaN(value)) {
      if (!rule.missing) throw bad(`input '${name}': value ${i} is NaN or null, which this model does not understand`);
    } else if (!rule.infinite) throw bad(`input '${name}': value ${i} is infinite, expected a finite number`);
  }
}

function checkTensors(expected: readonly TensorMetadata[], inputs: readonly Tensor[]): void {
  for (const { name } of inputs) {
    if (!expected.some(tensor => tensor.name === name)) {
      throw bad(`input '${name}': the model has no such input, it has ${list(expected.map(tensor => tensor.name))}`);
    }
  }
  for (const { name, datatype, shape } of expected) {
    const tensor = inputs.find(input => input.name === name);
    if (tensor === undefined) throw bad(`inputs: '${name}' is missing`);
    if (tensor.datatype !== datatype)
      throw bad(`input '${name}': expected datatype ${datatype}, got ${tensor.datatype}`);
    const fits =
      tensor.shape.length === shape.length && shape.every((size, axis) => size < 0 || size === tensor.shape[axis]);
    if (!fits) throw bad(`input '${name}': expected shape [${shape}], got [${tensor.shape}]`);
  }
}

function list(names: readonly string[]): string {
  return names.map(name => `'${name}'`).join(', ');
}

function bad(message: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', message);
}
