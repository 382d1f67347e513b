import type { Parameter } from './openapi.js';

export const PARAMETERS = {
  model_name: {
    name: 'model_name',
    in: 'path',
    required: true,
    description: 'The name of a model.',
    schema: { type: 'string' },
    example: 'text-similarity',
  },
  model_version: {
    name: 'model_version',
    in: 'path',
    required: true,
    description: 'A version of it.',
    schema: { type: 'string' },
    example: 'v1',
  },
  asked_version: {
    name: 'model_version',
    in: 'query',
    description: 'A version; the one without a name if there is one, else the newest, if nothing is said.',
    schema: { type: 'string' },
  },
  header_length: {
    name: 'Inference-Header-Content-Length',
    in: 'header',
    description: 'Bytes of JSON at the beginning of the body, when raw values stand behind it.',
    schema: { type: 'integer', minimum: 0 },
  },
} satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof PARAMETERS;
