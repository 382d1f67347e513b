import { DATATYPES } from '../../core/datatype.js';
import { refTo, type Schema } from './openapi.js';

const text: Schema = { type: 'string' };
const listOf = (items: object): Schema => ({ type: 'array', items });
const PARAMETERS = refTo('schemas', 'Parameters');

/** The bodies of the protocol. Fields that a request has besides these are passed over. */
export const SCHEMAS = {
  Error: {
    type: 'object',
    description: 'Every failure: the text names the field, what was expected and what came.',
    required: ['error'],
    properties: { error: text },
  },
  Datatype: { type: 'string', enum: DATATYPES },
  Parameters: {
    type: 'object',
    description: 'Hints for the server and, on requests, anything that a custom model is to see.',
    properties: {
      content_type: {
        type: 'string',
        description: 'How the values are to be read: np, str, base64, datetime, pd, ...',
      },
    },
    additionalProperties: true,
  },
  Shape: listOf({ type: 'integer', minimum: 0 }),
  TensorData: {
    description:
      'The values in row-major order, flat or nested as the shape. Missing values are null. Bytes are text, or base64 with that content type.',
    type: ['array', 'string', 'number', 'boolean', 'null'],
    items: refTo('schemas', 'TensorData'),
  },
  RequestInput: {
    type: 'object',
    required: ['name', 'shape', 'datatype'],
    properties: {
      name: text,
      shape: refTo('schemas', 'Shape'),
      datatype: refTo('schemas', 'Datatype'),
      parameters: {
        allOf: [PARAMETERS],
        properties: {
          binary_data_size: { type: 'integer', minimum: 0, description: 'Bytes of this tensor behind the JSON.' },
        },
      },
      data: refTo('schemas', 'TensorData'),
    },
    anyOf: [
      { required: ['data'] },
      { required: ['parameters'], properties: { parameters: { required: ['binary_data_size'] } } },
    ],
  },
  RequestedOutput: {
    type: 'object',
    required: ['name'],
    properties: {
      name: text,
      parameters: {
        allOf: [PARAMETERS],
        properties: {
          binary_data: { type: 'boolean', description: 'Whether its values are to stand behind the JSON.' },
        },
      },
    },
  },
  InferRequest: {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: { type: ['string', 'null'], description: 'Comes back with the answer; one is made if there is none.' },
      parameters: {
        allOf: [PARAMETERS],
        properties: {
          binary_data_output: { type: 'boolean', description: 'Whether all outputs are to stand behind the JSON.' },
        },
      },
      inputs: listOf(refTo('schemas', 'RequestInput')),
      outputs: {
        description: 'What is to be answered; the usual outputs of the model if this is absent, null or empty.',
        anyOf: [listOf(refTo('schemas', 'RequestedOutput')), { type: 'null' }],
      },
    },
  },
  ResponseOutput: {
    type: 'object',
    required: ['name', 'shape', 'datatype'],
    properties: {
      name: text,
      shape: refTo('schemas', 'Shape'),
      datatype: refTo('schemas', 'Datatype'),
      parameters: PARAMETERS,
      data: { ...listOf({ type: ['string', 'number', 'boolean', 'null'] }), description: 'Flat; NaN is null.' },
    },
  },
  InferResponse: {
    type: 'object',
    required: ['model_name', 'id', 'parameters', 'outputs'],
    properties: {
      model_name: text,
      model_version: text,
      id: text,
      parameters: PARAMETERS,
      outputs: listOf(refTo('schemas', 'ResponseOutput')),
    },
  },
  ServerMetadata: {
    type: 'object',
    required: ['name', 'version', 'extensions'],
    properties: { name: text, version: text, extensions: listOf(text) },
  },
  TensorMetadata: {
    type: 'object',
    required: ['name', 'datatype', 'shape'],
    properties: {
      name: text,
      datatype: refTo('schemas', 'Datatype'),
      shape: { ...listOf({ type: 'integer', minimum: -1 }), description: '-1 stands for any size.' },
      parameters: PARAMETERS,
    },
  },
  ModelMetadata: {
    type: 'object',
    required: ['name', 'versions', 'platform', 'inputs', 'outputs', 'parameters'],
    properties: {
      name: text,
      versions: listOf(text),
      platform: text,
      inputs: listOf(refTo('schemas', 'TensorMetadata')),
      outputs: listOf(refTo('schemas', 'TensorMetadata')),
      parameters: PARAMETERS,
    },
  },
  RepositoryIndexRequest: {
    type: 'object',
    properties: { ready: { type: ['boolean', 'null'], description: 'Only what can be asked now.' } },
  },
  RepositoryIndexItem: {
    type: 'object',
    required: ['name', 'state', 'reason'],
    properties: {
      name: text,
      version: text,
      state: { type: 'string', enum: ['READY', 'UNKNOWN', 'LOADING', 'UNLOADING', 'UNAVAILABLE'] },
      reason: { type: 'string', description: 'Why it cannot be asked, or why its last reload failed.' },
    },
  },
} satisfies Record<string, Schema>;
