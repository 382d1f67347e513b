import { MSGPACK_TYPE } from '../content-type.js';
import { type Content, type MediaType, type Operation, type Response, refTo } from './openapi.js';
import { FAILURES, failures, json } from './responses.js';

/** A request that can be sent as it is, and what it is answered with. */
export interface InferExample {
  readonly summary: string;
  readonly request: unknown;
  readonly status: '200' | '400' | '422';
  /** Left out when it is not known beforehand, or not JSON. */
  readonly answer?: unknown;
}

export type InferExamples = Readonly<Record<string, InferExample>>;

type Described = Pick<Operation, 'operationId' | 'summary' | 'description' | 'parameters'>;

const TAGS = ['Inference'];
const ERROR = refTo('schemas', 'Error');
const REQUEST = refTo('schemas', 'InferRequest');
const RESPONSE = refTo('schemas', 'InferResponse');
const HEADER_LENGTH = {
  description: 'Bytes of JSON at the beginning of an answer with raw values behind it.',
  schema: { type: 'integer' },
};
const PACKED = 'The same as MessagePack; numbers may be binary, as raw values are.';
const RAW =
  'The JSON, and behind it the values of the tensors that say `binary_data_size`, little-endian, one after the other.';

/** One request, one answer. */
export function inferOperation(described: Described, examples: InferExamples): Operation {
  const ok: Response = {
    description: 'The outputs.',
    headers: { 'Inference-Header-Content-Length': HEADER_LENGTH },
    content: {
      ...json(RESPONSE, answers(examples, '200')),
      'application/octet-stream': { schema: { description: RAW } },
      [MSGPACK_TYPE]: { schema: { description: `${PACKED} For requests that are so, or ask for it by \`accept\`.` } },
    },
  };
  return operation(described, examples, ok);
}

/** One request, answers as they come. */
export function streamOperation(described: Described, examples: InferExamples): Operation {
  const description =
    'Server-sent events: `data: {answer}` and an empty line for each answer. A failure after the first is the last event, `data: {"error": "..."}`.';
  return operation(described, examples, {
    description: 'The outputs, one event after the other.',
    content: { 'text/event-stream': { schema: { type: 'string', description } } },
  });
}

function operation(described: Described, examples: InferExamples, ok: Response): Operation {
  const failed = (status: '400' | '422', response: Response) => ({
    ...response,
    content: json(ERROR, answers(examples, status)),
  });
  return {
    ...described,
    tags: TAGS,
    requestBody: { required: true, content: requestContent(examples) },
    responses: {
      ...failures('404', '413', '429', '500', '503', '504'),
      '200': ok,
      '400': failed('400', FAILURES.BadRequest),
      '422': failed('422', FAILURES.NotV2),
    },
  };
}

function requestContent(examples: InferExamples): Content {
  const references = Object.keys(examples).map(name => [name, refTo('examples', name)]);
  return {
    ...json(REQUEST, references.length === 0 ? undefined : Object.fromEntries(references)),
    'application/octet-stream': {
      schema: { description: `JSON as above; or, with \`Inference-Header-Content-Length\`: ${RAW}` },
    },
    [MSGPACK_TYPE]: { schema: { description: PACKED } },
  };
}

function answers(examples: InferExamples, status: InferExample['status']): MediaType['examples'] {
  const known = Object.entries(examples).filter(
    ([, example]) => example.status === status && example.answer !== undefined,
  );
  if (known.length === 0) return undefined;
  return Object.fromEntries(known.map(([name, { summary, answer }]) => [name, { summary, value: answer }]));
}
