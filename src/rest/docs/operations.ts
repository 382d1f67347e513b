import { type InferExamples, inferOperation, streamOperation } from './inference.js';
import { type Operation, type PathItem, type Reference, type Response, refTo, type Schema } from './openapi.js';
import type { ParameterName } from './parameters.js';
import { answer, failures, json } from './responses.js';

export const TAGS = [
  { name: 'Inference', description: 'Asking a model.' },
  { name: 'Models', description: 'What a model takes and gives, and whether it can be asked.' },
  { name: 'Server', description: 'Health, and what the server is.' },
  { name: 'Repository', description: 'Models at run time.' },
  { name: 'Documentation', description: 'This.' },
];

const MODEL = '/v2/models/{model_name}';
const REPOSITORY = '/v2/repository';
const HTML = { 'text/html': { schema: { type: 'string' } } };
const DOCUMENT = json({ type: 'object', description: 'An OpenAPI document.' });

/** Every route that the server has, by path; test/rest/docs/routes.test.ts compares them. */
export function operations(examples: InferExamples): Record<string, PathItem> {
  return {
    ...modelPaths(MODEL, 'model', ['model_name', 'asked_version'], examples),
    ...modelPaths(`${MODEL}/versions/{model_version}`, 'modelVersion', ['model_name', 'model_version'], examples),
    ...SERVER_PATHS,
    ...REPOSITORY_PATHS,
    ...DOCUMENTATION_PATHS,
  };
}

/** `prefix`: of the operations' ids. */
function modelPaths(
  path: string,
  prefix: string,
  parameterNames: readonly ParameterName[],
  examples: InferExamples,
): Record<string, PathItem> {
  const parameters = parameterNames.map(parameter);
  const inference = {
    parameters: [...parameters, parameter('header_length')],
    description:
      'Bodies may be gzip or deflate. Raw values may stand behind the JSON, in requests and, if they ask for it, in answers (the binary tensor data extension).',
  };
  const streaming = { ...inference, parameters };
  return {
    [`${path}/infer`]: {
      post: inferOperation({ ...inference, operationId: `${prefix}Infer`, summary: 'Inference' }, examples),
    },
    [`${path}/infer_stream`]: {
      post: streamOperation(
        { ...streaming, operationId: `${prefix}InferStream`, summary: 'Inference, answers as they come' },
        examples,
      ),
    },
    [`${path}/generate`]: {
      post: inferOperation({ ...inference, operationId: `${prefix}Generate`, summary: 'The same as infer' }, examples),
    },
    [`${path}/generate_stream`]: {
      post: streamOperation(
        { ...streaming, operationId: `${prefix}GenerateStream`, summary: 'The same as infer_stream' },
        examples,
      ),
    },
    [path]: {
      get: {
        operationId: `${prefix}Metadata`,
        tags: ['Models'],
        summary: 'Tensors and facts of a model',
        parameters,
        responses: {
          ...failures('400', '404'),
          '200': answer('The metadata.', json(refTo('schemas', 'ModelMetadata'))),
        },
      },
    },
    [`${path}/ready`]: {
      get: {
        operationId: `${prefix}Ready`,
        tags: ['Models'],
        summary: 'Whether a model can be asked',
        parameters,
        responses: { ...failures('404'), ...readiness(MODEL_READY) },
      },
    },
    [`${path}/docs`]: {
      get: {
        operationId: `${prefix}Docs`,
        tags: ['Documentation'],
        summary: 'The page of a model',
        parameters,
        responses: { ...failures('400', '404'), '200': answer('A page that needs no other host.', HTML) },
      },
    },
    [`${path}/docs/dataplane.json`]: {
      get: {
        operationId: `${prefix}Document`,
        tags: ['Documentation'],
        summary: 'The OpenAPI document of a model',
        parameters,
        responses: { ...failures('400', '404'), '200': answer('The routes and tensors of the model.', DOCUMENT) },
      },
    },
  };
}

/** An object of these properties and no others. */
const exactly = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** What the status says, for clients that read bodies. */
const LIVE = exactly({ live: { type: 'boolean' } });
const READY = exactly({ ready: { type: 'boolean' } });
const MODEL_READY = exactly({ name: { type: 'string' }, ready: { type: 'boolean' } });

function readiness(schema: Schema): Record<string, Response> {
  return {
    '200': answer('Ready.', json(schema)),
    '400': answer('Still loading.', json(schema)),
    '503': answer('The server stops.', json(schema)),
  };
}

const SERVER_PATHS: Record<string, PathItem> = {
  '/v2': {
    get: {
      operationId: 'serverMetadata',
      tags: ['Server'],
      summary: 'Name, version and extensions of the server',
      responses: { ...failures(), '200': answer('The metadata.', json(refTo('schemas', 'ServerMetadata'))) },
    },
  },
  '/v2/health/live': {
    get: {
      operationId: 'serverLive',
      tags: ['Server'],
      summary: 'Whether the server runs',
      responses: { ...failures(), '200': answer('It does.', json(LIVE)) },
    },
  },
  '/v2/health/ready': {
    get: {
      operationId: 'serverReady',
      tags: ['Server'],
      summary: 'Whether the server takes requests: its models have been loaded',
      responses: { ...failures(), ...readiness(READY) },
    },
  },
};

const REPOSITORY_PATHS: Record<string, PathItem> = {
  [`${REPOSITORY}/index`]: {
    post: {
      operationId: 'repositoryIndex',
      tags: ['Repository'],
      summary: 'The models in the repository and in service',
      requestBody: {
        description: 'Everything is listed without one.',
        required: false,
        content: json(refTo('schemas', 'RepositoryIndexRequest'), {
          everything: { summary: 'Everything', value: {} },
          ready: { summary: 'What can be asked', value: { ready: true } },
        }),
      },
      responses: {
        ...failures('422'),
        '200': answer(
          'One item for each version.',
          json({ type: 'array', items: refTo('schemas', 'RepositoryIndexItem') }),
        ),
      },
    },
  },
  ...changePaths(`${REPOSITORY}/models/{model_name}`, 'Model', ['model_name', 'asked_version'], {
    load: 'Load a model as it is in the repository now, again if it is loaded',
    unload: 'Unload all versions of a model',
  }),
  ...changePaths(
    `${REPOSITORY}/models/{model_name}/versions/{model_version}`,
    'ModelVersion',
    ['model_name', 'model_version'],
    {
      load: 'Load one version of a model as it is in the repository now, again if it is loaded',
      unload: 'Unload one version of a model',
    },
  ),
};

/** `suffix`: of the operations' ids. */
function changePaths(
  path: string,
  suffix: string,
  parameterNames: readonly ParameterName[],
  summaries: { readonly load: string; readonly unload: string },
): Record<string, PathItem> {
  const change = (
    operationId: string,
    summary: string,
    done: string,
    ...also: Parameters<typeof failures>
  ): Operation => ({
    operationId: operationId + suffix,
    tags: ['Repository'],
    summary,
    description: 'A body is passed over.',
    parameters: parameterNames.map(parameter),
    responses: { ...failures('400', '404', '409', '422', '500', '503', ...also), '200': answer(done) },
  });
  return {
    [`${path}/load`]: { post: change('load', summaries.load, 'Every worker has loaded it.', '504') },
    [`${path}/unload`]: { post: change('unload', summaries.unload, 'It serves no more.') },
  };
}

const DOCUMENTATION_PATHS: Record<string, PathItem> = {
  '/v2/docs': {
    get: {
      operationId: 'serverDocs',
      tags: ['Documentation'],
      summary: 'The page of the server',
      responses: { ...failures(), '200': answer('A page that needs no other host.', HTML) },
    },
  },
  '/v2/docs/dataplane.json': {
    get: {
      operationId: 'serverDocument',
      tags: ['Documentation'],
      summary: 'The OpenAPI document of the server',
      responses: { ...failures(), '200': answer('All routes.', DOCUMENT) },
    },
  },
};

function parameter(name: ParameterName): Reference {
  return refTo('parameters', name);
}
