import { ByteReader } from './byte-reader.js';
import { badFile } from './errors.js';
import { Dtype, type DtypeField, parseDtype } from './pickle/dtype.js';
import { arrayOfBytes, shapeOf } from './pickle/numpy.js';
import { type NdArray, PyDict, PyTuple, type PyValue, typeName } from './pickle/values.js';
import { parsePythonLiteral } from './python-literal.js';

/**
 * numpy's own file of one array:
 *
 *   93 'NUMPY' | major, minor | header length (2 in version 1, 4 from 2 on) | header | data
 *
 * The header is a literal: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }. For records `descr` is a list of
 * (name, type) or (name, type, shape); an empty name is padding.
 */
const MAGIC = '\x93NUMPY';

/** The array of an .npy file, a view on `bytes`. Arrays of objects would be pickles and are refused. */
export function readNpy(bytes: Uint8Array): NdArray {
  const reader = new ByteReader(bytes);
  if (Buffer.from(reader.take(MAGIC.length, 'the .npy header')).toString('latin1') !== MAGIC)
    throw badFile('an array does not begin as .npy');
  const version = reader.uint16('the .npy version') & 0xff;
  if (version < 1 || version > 3) throw badFile(`.npy version ${version} is not known`);
  const length = version === 1 ? reader.uint16('the .npy header') : reader.uint32('the .npy header');
  const header = parsePythonLiteral(Buffer.from(reader.take(length, 'the .npy header')).toString('utf8'));
  if (!(header instanceof PyDict)) throw badFile('the header of an .npy file must be a dict');
  const dtype = dtypeOf(header.get('descr') ?? null);
  const shape = shapeOf(header.get('shape'));
  return arrayOfBytes(dtype, shape, header.get('fortran_order') === true, reader.take(reader.left, 'the array'));
}

function dtypeOf(descr: PyValue): Dtype {
  if (typeof descr === 'string') return parseDtype(descr);
  if (!Array.isArray(descr)) throw badFile(`the dtype of an .npy file must be a str or a list, got ${typeName(descr)}`);
  const fields = new Map<string, DtypeField>();
  let offset = 0;
  for (const entry of descr) {
    const [name, type, shape] = entry instanceof PyTuple ? entry.items : [];
    if (typeof name !== 'string' || type === undefined) throw badFile('a record field needs a name and a type');
    if (shape !== undefined) throw badFile(`field ${name} of an .npy file is an array, which is not supported`);
    const dtype = dtypeOf(type);
    if (name !== '') fields.set(name, { dtype, offset });
    offset += dtype.itemSize;
  }
  return new Dtype('V', offset, false, fields);
}
