import { DATATYPES } from '../core/datatype.js';
import type { TensorMetadata } from '../core/protocol.js';
import { type FieldType, integer, jsonObject, listOf, nullable, oneOf, parseAs, text } from './field-types.js';
import { isObject } from './json-object.js';

const datatype = oneOf(...DATATYPES);
/** -1 stands for any size. */
const shape = listOf(integer({ min: -1 }));
const parameters = nullable(jsonObject);

/** A tensor as model-settings.json describes it: name, datatype and shape must be there. */
export const tensorMetadata: FieldType<TensorMetadata> = {
  expected: 'an object with name, datatype and shape',
  inEnvironment: 'json',
  convert(value, at) {
    if (!isObject(value)) return undefined;
    const member = <T>(name: string, type: FieldType<T>, written: unknown) =>
      parseAs(type, written, { ...at, field: `${at.field}.${name}` });
    return {
      name: member('name', text, value.name),
      datatype: member('datatype', datatype, value.datatype),
      shape: member('shape', shape, value.shape),
      parameters: member('parameters', parameters, value.parameters ?? null) ?? undefined,
    };
  },
};
