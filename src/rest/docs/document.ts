import type { ModelMetadata, ModelRef } from '../../core/protocol.js';
import type { InferExamples } from './inference.js';
import { modelExamples, modelSchemas } from './model-tensors.js';
import type { Components, Method, OpenApiDocument, Operation, Parameter, PathItem } from './openapi.js';
import { operations, TAGS } from './operations.js';
import { PARAMETERS } from './parameters.js';
import { FAILURES } from './responses.js';
import { SCHEMAS } from './schemas.js';
import { SERVER_EXAMPLES } from './server-examples.js';

/** What all documents of a server have in common. */
export interface DocumentOptions {
  readonly serverVersion: string;
  /** Where clients find the server behind a proxy: '' or `/prefix`. */
  readonly rootPath: string;
}

/** What a document tells of a model. */
export interface DocumentedModel {
  /** With a version if only that one is meant. */
  readonly target: ModelRef;
  readonly metadata: ModelMetadata;
  /** Those that can be asked for, the newest first; none if the model has no version. */
  readonly versions: readonly string[];
}

const DESCRIPTION =
  'The V2 / Open Inference Protocol. Every GET route also answers HEAD. Answers of 500 bytes and more are gzip or deflate for clients that take it.';

/** Every route of the server. */
export function serverDocument(options: DocumentOptions): OpenApiDocument {
  return document(options, 'Data Plane', operations(SERVER_EXAMPLES), SERVER_EXAMPLES, {
    parameters: PARAMETERS,
    schemas: SCHEMAS,
  });
}

/**
 * The routes of one model with its name in them, its tensors, and an example made of them. If the target names a version, only
 * those of that version.
 */
export function modelDocument(options: DocumentOptions, model: DocumentedModel): OpenApiDocument {
  const { target, metadata, versions } = model;
  const examples = modelExamples(metadata);
  const paths: Record<string, PathItem> = {};
  for (const [path, item] of Object.entries(operations(examples))) {
    const ofVersion = path.includes('{model_version}');
    const wanted = target.version === undefined ? !ofVersion || versions.length > 0 : ofVersion;
    if (wanted && path.includes('{model_name}')) paths[fillPath(path, target)] = fillParameters(item, target);
  }
  return document(options, `Data Plane for Model ${titleOf(target)}`, paths, examples, {
    parameters: modelParameters(model),
    schemas: { ...SCHEMAS, ...modelSchemas(metadata) },
  });
}

/** `name`, or `name (version)`. */
export function titleOf({ name, version }: ModelRef): string {
  return version === undefined ? name : `${name} (${version})`;
}

/** A path with the model in it, as a client would write it. */
export function fillPath(path: string, { name, version }: ModelRef): string {
  const named = path.replace('{model_name}', () => encodeURIComponent(name));
  return version === undefined ? named : named.replace('{model_version}', () => encodeURIComponent(version));
}

function document(
  { serverVersion, rootPath }: DocumentOptions,
  title: string,
  paths: OpenApiDocument['paths'],
  examples: InferExamples,
  { parameters, schemas }: Pick<Components, 'parameters' | 'schemas'>,
): OpenApiDocument {
  const requests = Object.entries(examples).map(([name, { summary, request }]) => [name, { summary, value: request }]);
  return {
    openapi: '3.1.0',
    info: { title, version: serverVersion, description: DESCRIPTION },
    servers: [{ url: rootPath === '' ? '/' : rootPath }],
    tags: TAGS,
    paths,
    components: { schemas, parameters, responses: FAILURES, examples: Object.fromEntries(requests) },
  };
}

/** The parameters that a path still has when the model is in it. */
function modelParameters({ target, versions }: DocumentedModel): Record<string, Parameter> {
  const { asked_version, model_version, header_length } = PARAMETERS;
  if (target.version !== undefined) return { header_length };
  if (versions.length === 0) return { asked_version, header_length };
  const schema = { type: 'string', enum: versions };
  return {
    asked_version: { ...asked_version, schema },
    model_version: { ...model_version, schema, example: versions[0] },
    header_length,
  };
}

function fillParameters(item: PathItem, { version }: ModelRef): PathItem {
  const filled = ['#/components/parameters/model_name'];
  if (version !== undefined) filled.push('#/components/parameters/model_version');
  const operations = Object.entries(item).map(([method, operation]: [string, Operation]) => {
    const parameters = operation.parameters?.filter(
      parameter => !('$ref' in parameter && filled.includes(parameter.$ref)),
    );
    return [method, { ...operation, parameters }];
  });
  return Object.fromEntries(operations) as { [method in Method]?: Operation };
}
