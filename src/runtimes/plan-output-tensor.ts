import type { OutputDatatype, PlanOutput } from '../convert/plan.js';
import { type Datatype, type NumericArray, newArray } from '../core/datatype.js';
import { float16FromNumber } from '../core/float16.js';
import { bytesColumn, type Parameters, type Tensor, type TensorData } from '../core/tensor.js';
import type { ElementType, Value } from '../kernels/value.js';

/** MLServer marks every array it encodes. */
const NUMPY: Parameters = { content_type: 'np' };
const TEXT: Parameters = { content_type: 'str' };

const OWN_DATATYPE: Record<ElementType, Datatype> = {
  f64: 'FP64',
  f32: 'FP32',
  i64: 'INT64',
  i32: 'INT32',
  u8: 'UINT8',
  bool: 'BOOL',
  str: 'BYTES',
};

/**
 * A plan's value as the tensor a client gets: [n] becomes [n, 1], the datatype what the library would have returned. A frame's
 * columns are marked as MLServer marks them: text as text, numbers not at all.
 */
export function outputTensor(output: PlanOutput, value: Value, rowDatatype: Datatype, owned: boolean): Tensor {
  const { shape } = value;
  const datatype = resolve(output.datatype, rowDatatype);
  return {
    name: output.name,
    datatype,
    shape: shape.length === 1 ? [shape[0], 1] : shape,
    parameters: output.frame ? (datatype === 'BYTES' ? TEXT : undefined) : NUMPY,
    data: convert(value, datatype, owned),
  };
}

export function resolve(wanted: OutputDatatype, rowDatatype: Datatype): Datatype {
  if (wanted === 'float') return rowDatatype === 'FP32' ? 'FP32' : 'FP64';
  if (wanted === 'rows') return rowDatatype === 'BYTES' ? 'FP64' : rowDatatype;
  return wanted;
}

function convert(value: Value, datatype: Datatype, owned: boolean): TensorData {
  if (value.type === 'str') return bytesColumn((value as Value<'str'>).data.map(text => text ?? ''));
  const data = value.data as NumericArray;
  if (OWN_DATATYPE[value.type] === datatype) return owned ? data : (data.slice() as NumericArray);
  if (datatype === 'BYTES') return bytesColumn(Array.from(data as Float64Array, String));
  const out = newArray(datatype, data.length);
  if (datatype === 'INT64' || datatype === 'UINT64') {
    for (let i = 0; i < out.length; i++) out[i] = BigInt(data[i]);
  } else if (datatype === 'FP16') {
    for (let i = 0; i < out.length; i++) out[i] = float16FromNumber(Number(data[i]));
  } else {
    for (let i = 0; i < out.length; i++) out[i] = Number(data[i]);
  }
  return out;
}
