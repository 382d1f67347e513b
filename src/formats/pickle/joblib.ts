import { badFile } from '../errors.js';
import { Dtype } from './dtype.js';
import type { PickleMachine } from './machine.js';
import { arrayByteLength, arrayOfBytes, shapeOf } from './numpy.js';
import { NdArray, PyObject, type PyValue, typeName } from './values.js';

/**
 * joblib writes arrays between the opcodes. A wrapper object (NEWOBJ, BUILD) says what follows it:
 *
 *   ... BUILD | p | p bytes of 0xff | data | opcodes ...     joblib >= 1.2: `numpy_array_alignment_bytes` is a number
 *   ... BUILD | data | opcodes ...                           before
 *   ... BUILD | PROTO ... STOP | opcodes ...                 arrays of objects: a whole pickle of its own
 *
 * The array takes the wrapper's place on the stack. With order "F" the data are column by column.
 */
const WRAPPER = 'joblib.numpy_pickle.NumpyArrayWrapper';

export function isArrayWrapper(value: PyValue): value is PyObject {
  return value instanceof PyObject && value.cls.text === WRAPPER;
}

/** The array behind a wrapper, a view on the file; reads past its bytes. */
export function readInlineArray(wrapper: PyObject, machine: PickleMachine): NdArray {
  const attribute = (name: string) => wrapper.attributes.get(name) ?? null;
  const dtype = attribute('dtype');
  const shape = shapeOf(attribute('shape'));
  const order = attribute('order');
  if (!(dtype instanceof Dtype)) throw badFile(`an array's dtype must be a dtype, got ${typeName(dtype)}`);
  if (order !== 'C' && order !== 'F') throw badFile(`an array's order must be "C" or "F", got ${typeName(order)}`);
  if (dtype.hasObjects) return readObjects(shape, machine);
  if (attribute('numpy_array_alignment_bytes') !== null) {
    machine.reader.skip(machine.reader.uint8('the padding of an array'), 'the padding of an array');
  }
  const data = machine.reader.take(
    arrayByteLength(dtype, shape),
    `an array of shape [${shape}] and dtype ${dtype.text}`,
  );
  return arrayOfBytes(dtype, shape, order === 'F', data);
}

function readObjects(shape: readonly number[], machine: PickleMachine): NdArray {
  const array = machine.runNested();
  if (!(array instanceof NdArray) || `${array.shape}` !== `${shape}`) {
    throw badFile(`an array of objects of shape [${shape}] was announced, got ${typeName(array)}`);
  }
  return array;
}
