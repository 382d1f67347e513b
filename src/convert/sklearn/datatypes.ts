import type { Datatype } from '../../core/datatype.js';
import { badFile } from '../../formats/errors.js';
import type { Place } from '../../formats/pickle/access.js';
import { Dtype } from '../../formats/pickle/dtype.js';
import { PyGlobal } from '../../formats/pickle/values.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';

/** What arithmetic makes of numbers that it keeps in float32 when they come in float32, and takes to float64 otherwise. */
export function floatOf(datatype: OutputDatatype): OutputDatatype {
  if (datatype === 'rows' || datatype === 'float') return 'float';
  return datatype === 'FP32' ? 'FP32' : 'FP64';
}

/** Rounds float64 arithmetic to what a datatype of `floatOf` holds. */
export function rounded(g: GraphBuilder, value: Ref, datatype: OutputDatatype): Ref {
  if (datatype === 'float') return g.likeRows(value);
  return datatype === 'FP32' ? g.cast(g.cast(value, 'f32'), 'f64') : value;
}

const SMALL: readonly OutputDatatype[] = ['BOOL', 'INT8', 'UINT8', 'INT16', 'UINT16'];

/** numpy's common type of columns side by side; text beside numbers is an array of objects, BYTES on the wire. */
export function commonDatatype(datatypes: readonly OutputDatatype[]): OutputDatatype {
  return datatypes.reduce(commonOfTwo, datatypes[0] ?? 'FP64');
}

function commonOfTwo(a: OutputDatatype, b: OutputDatatype): OutputDatatype {
  if (a === b) return a;
  if (a === 'BYTES' || b === 'BYTES') return 'BYTES';
  if (a === 'BOOL') return b;
  if (b === 'BOOL') return a;
  const floating = (datatype: OutputDatatype) => ['float', 'rows', 'FP32'].includes(datatype);
  if (floating(a) && floating(b)) return 'float';
  if (floating(a) && SMALL.includes(b)) return a;
  if (floating(b) && SMALL.includes(a)) return b;
  const whole = (datatype: OutputDatatype) => datatype.startsWith('INT') || datatype.startsWith('UINT');
  return whole(a) && whole(b) ? 'INT64' : 'FP64';
}

const BY_NAME: Readonly<Record<string, Datatype>> = {
  float64: 'FP64',
  double: 'FP64',
  float: 'FP64',
  float32: 'FP32',
  single: 'FP32',
  int64: 'INT64',
  int_: 'INT64',
  intp: 'INT64',
  longlong: 'INT64',
  int: 'INT64',
  int32: 'INT32',
  intc: 'INT32',
  int16: 'INT16',
  int8: 'INT8',
  uint64: 'UINT64',
  uint32: 'UINT32',
  uint16: 'UINT16',
  uint8: 'UINT8',
  bool: 'BOOL',
  bool_: 'BOOL',
};
const BY_KIND: Readonly<Record<string, Datatype>> = {
  f8: 'FP64',
  f4: 'FP32',
  i8: 'INT64',
  i4: 'INT32',
  i2: 'INT16',
  i1: 'INT8',
  u8: 'UINT64',
  u4: 'UINT32',
  u2: 'UINT16',
  u1: 'UINT8',
  b1: 'BOOL',
};

/** A parameter `dtype`: a type of numpy or Python, its name, or a dtype object. */
export function readDatatype(place: Place): Datatype {
  const { value } = place;
  const found =
    value instanceof PyGlobal
      ? BY_NAME[value.name]
      : value instanceof Dtype
        ? BY_KIND[value.text]
        : typeof value === 'string'
          ? (BY_NAME[value] ?? BY_KIND[value])
          : undefined;
  if (found === undefined) throw badFile(`${place.path}: this type of numbers cannot be served`);
  return found;
}
