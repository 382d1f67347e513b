import type { Datatype } from '../../core/datatype.js';
import type { ModelMetadata, TensorMetadata } from '../../core/protocol.js';
import type { InferExamples } from './inference.js';
import type { Schema } from './openapi.js';
import { SCHEMAS } from './schemas.js';

/** A tensor of more values is no example that anybody would read, or send from a page. */
const MAX_EXAMPLE_VALUES = 200_000;

/** The schemas that are narrower for one model than in general. A model that does not say what it takes or gives has none. */
export function modelSchemas({ inputs, outputs }: ModelMetadata): Record<string, Schema> {
  const schemas: Record<string, Schema> = {};
  if (inputs.length > 0) {
    schemas.RequestInput = narrowed(
      SCHEMAS.RequestInput,
      'An input of the model, in the form of its metadata.',
      inputs,
    );
  }
  if (outputs.length > 0) {
    schemas.ResponseOutput = narrowed(SCHEMAS.ResponseOutput, 'An output of the model.', outputs);
  }
  return schemas;
}

/** A request with 1 for every size that is free; none if the model does not say what it takes, or takes too much. */
export function modelExamples({ inputs }: ModelMetadata): InferExamples {
  const values = inputs.reduce((sum, { shape }) => sum + exampleShape(shape).reduce((a, b) => a * b, 1), 0);
  if (inputs.length === 0 || values > MAX_EXAMPLE_VALUES) return {};
  const request = { inputs: inputs.map(exampleInput) };
  return { smallest: { summary: 'The smallest request', request, status: '200' } };
}

function narrowed(general: Schema, description: string, tensors: readonly TensorMetadata[]): Schema {
  return { description, allOf: [general], anyOf: tensors.map(tensorSchema) };
}

function tensorSchema({ name, datatype, shape }: TensorMetadata): Schema {
  return {
    title: name,
    properties: {
      name: { const: name },
      datatype: { const: datatype },
      shape: {
        prefixItems: shape.map(size => (size < 0 ? { minimum: 0 } : { const: size })),
        minItems: shape.length,
        maxItems: shape.length,
      },
    },
  };
}

function exampleInput({ name, datatype, shape: declared, parameters }: TensorMetadata): object {
  const shape = exampleShape(declared);
  const contentType = parameters?.content_type;
  const data = Array(shape.reduce((a, b) => a * b, 1)).fill(exampleValue(datatype, contentType));
  return {
    name,
    shape,
    datatype,
    ...(contentType !== undefined && { parameters: { content_type: contentType } }),
    data,
  };
}

const exampleShape = (shape: readonly number[]) => shape.map(size => (size < 0 ? 1 : size));

function exampleValue(datatype: Datatype, contentType: unknown): string | number | boolean {
  if (datatype === 'BOOL') return true;
  if (datatype !== 'BYTES') return 1;
  if (contentType === 'base64') return 'dGV4dA==';
  return contentType === 'datetime' ? '2026-01-31T12:00:00' : 'text';
}
