import { ServerError } from '../core/errors.js';
import { float16ToNumber } from '../core/float16.js';
import { type InputRule, isFrame, type ModelInterface } from '../core/model-interface.js';
import type { InferRequest, TensorMetadata } from '../core/protocol.js';
import { type BytesColumn, isBytes, isMissingText, type Tensor } from '../core/tensor.js';

type RowsRule = Extract<InputRule, { kind: 'rows' }>;
type TensorsRule = Extract<InputRule, { kind: 'tensors' }>;

/** Refuses with INVALID_ARGUMENT what the model cannot take, so that nothing bad enters a batch with others. */
export function checkRequest(model: ModelInterface, request: InferRequest): void {
  const { rule, methods } = model;
  if (methods !== undefined && request.outputs !== undefined) checkOutputs(request, methods);
  if (rule.kind === 'rows') checkRows(rule, request.inputs);
  else if (rule.kind === 'tensors') checkTensors(rule, model.inputs, request.inputs);
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
  if (isFrame(inputs, rule.columns, rule.names)) checkColumns(rule, inputs);
  else checkMatrix(rule, first);
  if (!rule.empty && first.shape[0] === 0)
    throw bad(`input '${first.name}': expected at least one row, got shape [${first.shape}]`);
}

function checkMatrix(rule: RowsRule, tensor: Tensor): void {
  const { name, shape } = tensor;
  const fits = shape.length === 2 && (rule.columns === -1 || shape[1] === rule.columns);
  const vectorFits = shape.length === 1 && rule.columns === 1 && rule.types !== 'number';
  if (!fits && !vectorFits) throw bad(`input '${name}': expected shape [-1,${rule.columns}], got [${shape}]`);
  const text = rule.types !== 'number' && rule.types.some(type => type === 'text' || type === 'any');
  const number = rule.types === 'number' || rule.types.some(type => type !== 'text');
  checkType(tensor, number, text);
  checkValues(rule, tensor, 0, rule.columns);
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
    if (!names.includes(tensor.name) && !rule.others)
      throw bad(`input '${tensor.name}': the model has no such column, it has ${list(names)}`);
    const { shape } = tensor;
    const fits = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
    if (!fits || shape[0] !== rows)
      throw bad(`input '${tensor.name}': expected shape [${rows}] or [${rows},1], got [${shape}]`);
  }
  names.forEach((name, column) => {
    const tensor = given.get(name);
    const type = types === 'number' ? 'number' : types[column];
    if (tensor === undefined) {
      if (type === 'unused') return;
      throw bad(`inputs: column '${name}' is missing`);
    }
    if (type === 'unused') return;
    checkType(tensor, type !== 'text', type !== 'number');
    checkValues(rule, tensor, column, 1);
  });
}

function checkType({ name, datatype, data }: Tensor, number: boolean, text: boolean): void {
  if (isBytes(data)) {
    if (!text) throw bad(`input '${name}': expected numbers, got datatype BYTES`);
  } else if (!number) throw bad(`input '${name}': expected text (datatype BYTES), got datatype ${datatype}`);
}

/** Refuses missing and infinite values; the tensor holds `width` columns of the model from `first` on. */
function checkValues(rule: RowsRule, { name, datatype, data }: Tensor, first: number, width: number): void {
  const { missing, infinite } = rule;
  const takesMissing = (i: number) => (typeof missing === 'boolean' ? missing : missing[first + (i % width)]);
  if (isBytes(data)) {
    checkTexts(name, data, takesMissing);
    return;
  }
  if ((missing === true && infinite) || !datatype.startsWith('FP')) return;
  const numbers =
    datatype === 'FP16' ? Float32Array.from(data as Uint16Array, float16ToNumber) : (data as Float64Array);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    // Only NaN and the infinities give NaN here.
    if (value - value === 0) continue;
    if (!Number.isNaN(value)) {
      if (!infinite) throw bad(`input '${name}': value ${i} is infinite, expected a finite number`);
    } else if (!takesMissing(i)) throw notUnderstood(name, i);
  }
}

function checkTexts(name: string, data: BytesColumn, takesMissing: (index: number) => boolean): void {
  for (let i = 0; i < data.offsets.length - 1; i++)
    if (isMissingText(data, i) && !takesMissing(i)) throw notUnderstood(name, i);
}

function notUnderstood(name: string, index: number): ServerError {
  return bad(`input '${name}': value ${index} is NaN or null, which this model does not understand`);
}

function checkTensors(rule: TensorsRule, expected: readonly TensorMetadata[], inputs: readonly Tensor[]): void {
  if (expected.length === 1 && inputs.length === 1) return checkTensor(rule, expected[0], inputs[0]);
  for (const { name } of inputs) {
    if (!expected.some(tensor => tensor.name === name)) {
      throw bad(`input '${name}': the model has no such input, it has ${list(expected.map(tensor => tensor.name))}`);
    }
  }
  for (const wanted of expected) {
    const tensor = inputs.find(({ name }) => name === wanted.name);
    if (tensor === undefined) throw bad(`inputs: '${wanted.name}' is missing`);
    checkTensor(rule, wanted, tensor);
  }
}

function checkTensor({ anyShape, empty }: TensorsRule, wanted: TensorMetadata, tensor: Tensor): void {
  const { name, datatype, shape } = tensor;
  if (datatype !== wanted.datatype) throw bad(`input '${name}': expected datatype ${wanted.datatype}, got ${datatype}`);
  const fits = shape.length === wanted.shape.length && wanted.shape.every((size, i) => size < 0 || size === shape[i]);
  if (!fits && !anyShape.includes(wanted.name)) {
    throw bad(`input '${name}': expected shape [${wanted.shape}], got [${shape}]`);
  }
  if (!empty && shape.includes(0)) throw bad(`input '${name}': expected at least one value, got shape [${shape}]`);
  if (isBytes(tensor.data)) checkTexts(name, tensor.data, () => false);
}

function list(names: readonly string[]): string {
  return names.map(name => `'${name}'`).join(', ');
}

function bad(message: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', message);
}
