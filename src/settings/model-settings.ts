import { basename } from 'node:path';
import type { Environment } from './env.js';
import {
  boolean,
  type FieldType,
  integer,
  jsonObject,
  listOf,
  nullable,
  parseAs,
  scalar,
  seconds,
  text,
} from './field-types.js';
import { field, required, rest, section, type Values } from './fields.js';
import { identifier, identifierOrEmpty } from './identifier.js';
import { type Implementation, implementationOf, RUNTIMES } from './implementations.js';
import type { JsonObject } from './json-object.js';
import { type Layer, readFields } from './read-fields.js';
import type { LoadedSettings } from './server-settings.js';
import { tensorMetadata } from './tensor-metadata.js';
import { versionPolicy } from './version-policy.js';
import { versionRange } from './version-range.js';
import { warmUp } from './warm-up.js';

const importPath: FieldType<Implementation> = scalar(
  `one of ${[...RUNTIMES.keys()].join(', ')}, or a class of yours such as my_model.MyModel`,
  value => (typeof value === 'string' ? implementationOf(value) : undefined),
);

const sha256: FieldType<string> = scalar('64 hexadecimal digits', value =>
  typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : undefined,
);

const PARAMETERS = {
  /** As written: a path or a URI. Null: the model's folder. */
  uri: field('uri', nullable(text), null),
  /** What the model's file must have; null: it may be any. */
  sha256: field('sha256', nullable(sha256), null),
  version: field('version', nullable(identifierOrEmpty), null),
  /** Which of the model's versions are served; null: this one says nothing about it. */
  versionPolicy: field('version_policy', nullable(versionPolicy), null),
  contentType: field('content_type', nullable(text), null),
  format: field('format', nullable(text), null),
  environmentTarball: field('environment_tarball', nullable(text), null),
  environmentPath: field('environment_path', nullable(text), null),
  inferencePoolGid: field('inference_pool_gid', nullable(text), null),
  autogenerateInferencePoolGid: field('autogenerate_inference_pool_gid', boolean, false),
  /** For the runtime. */
  extra: field('extra', jsonObject, {}),
  /** Keys that are none of the above, as they are. */
  others: rest,
};

/** MLServer's fields first, then our own. */
const MODEL = {
  name: field('name', identifierOrEmpty, ''),
  implementation: required('implementation', importPath),
  /** Echoed in the metadata, like `versions` (of libraries, not of the model). */
  platform: field('platform', text, ''),
  versions: field('versions', listOf(text), []),
  inputs: field('inputs', listOf(tensorMetadata), []),
  outputs: field('outputs', listOf(tensorMetadata), []),
  /** Rows; 0 and 1 mean no batching, null that nothing was said. */
  maxBatchSize: field('max_batch_size', nullable(integer({ min: 0 })), null),
  maxBatchTimeMs: field('max_batch_time', seconds, 0),
  cacheEnabled: field('cache_enabled', boolean, false),
  /** 0 or less: this model runs in the main thread. Other values change nothing. */
  parallelWorkers: field('parallel_workers', nullable(integer()), null),
  warmWorkers: field('warm_workers', boolean, false),
  parameters: section('parameters', PARAMETERS),

  /** These four: null for what the server's settings say. */
  maxQueueSize: field('max_queue_size', nullable(integer({ min: 1 })), null),
  inferTimeoutMs: field('infer_timeout', nullable(seconds), null),
  loadTimeoutMs: field('load_timeout', nullable(seconds), null),
  warmUp: field('warm_up', nullable(warmUp), null),
  /** Which of the version folders beside this file is served. */
  aspiredVersion: field('aspired_version', nullable(versionRange), null),
};

export type ModelSettings = Values<typeof MODEL>;

const PREFIXES = ['MODELYARD_MODEL_', 'MLSERVER_MODEL_'];

/** Where a model's settings were found. */
export interface ModelSettingsOrigin {
  /** How messages name the file. */
  readonly source: string;
  /** Absolute; its name is the model's when the settings give none. */
  readonly folder: string;
  /** What stands above this file for all versions of the model, strongest first. */
  readonly defaults?: readonly SettingsLayer[];
}

/** Fields of a model-settings.json, and how messages name where they stand. */
export type SettingsLayer = Omit<Layer, 'path'>;

/**
 * The settings of one model: those of its file (undefined when there is only the environment) over variables
 * `MODELYARD_MODEL_<FIELD>` or `MLSERVER_MODEL_<FIELD>`, over defaults. Throws a SettingsError.
 */
export function modelSettings(
  file: JsonObject | undefined,
  { source, folder, defaults = [] }: ModelSettingsOrigin,
  environment: Environment,
): LoadedSettings<ModelSettings> {
  const warnings: string[] = [...(file?.warnings ?? [])];
  const own = file === undefined ? [] : [{ source, values: file.values }];
  const layers = [...own, ...defaults].map(layer => ({ ...layer, path: '' }));
  const read = readFields(MODEL, { layers, environment, prefixes: PREFIXES, warn: message => warnings.push(message) });

  const folderName = basename(folder);
  const name = read.name || parseAs(identifier, folderName, { source, field: 'name' });
  const version = read.parameters.version || null;
  if (file !== undefined && name !== folderName && version !== folderName) {
    warnings.push(`Model name '${name}' is different than model's folder name '${folderName}'.`);
  }
  if (read.parallelWorkers !== null) {
    warnings.push(`${source}: field 'parallel_workers' of a model is DEPRECATED; set it in settings.json`);
  }
  const { environmentTarball, environmentPath } = read.parameters;
  if ((environmentTarball ?? environmentPath) !== null) {
    const written = environmentTarball === null ? 'environment_path' : 'environment_tarball';
    warnings.push(`${source}: field 'parameters.${written}' names an environment of Python and is ignored`);
  }
  return { settings: { ...read, name, parameters: { ...read.parameters, version } }, warnings };
}

/** Whether a model is to run in the front's own thread whatever workers there are. */
export function runsInFront({ parallelWorkers }: ModelSettings): boolean {
  return (parallelWorkers ?? 1) <= 0;
}

/** Whether the environment alone describes a model. */
export function environmentNamesModel(environment: Environment): boolean {
  return environment.findAll(PREFIXES.map(prefix => `${prefix}IMPLEMENTATION`)).length > 0;
}
