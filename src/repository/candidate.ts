import { basename } from 'node:path';
import { ServerError, toServerError } from '../core/errors.js';
import type { Environment } from '../settings/env.js';
import { wellKnownFiles } from '../settings/implementations.js';
import { type JsonObject, parseJsonObject } from '../settings/json-object.js';
import { type ModelSettings, modelSettings, type SettingsLayer } from '../settings/model-settings.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { LoadedSettings } from '../settings/server-settings.js';
import { SettingsError } from '../settings/settings-error.js';
import { readTextFile } from '../settings/text-file.js';
import { findArtifact, leadsOut } from './artifact.js';
import type { RepositoryFailure } from './repository.js';

/** A place that should describe a model version. `name` and `version` are filled in as they become known, for a failure to tell. */
export interface Candidate {
  /** Of the settings file, or of the folder when there is none. */
  readonly path: string;
  /** How messages name it. */
  readonly source: string;
  readonly folder: string;
  /** What a relative uri starts from. */
  readonly uriBase: string;
  /** What its own file says. */
  readonly file?: JsonObject;
  /** What is said of it elsewhere, strongest first. */
  readonly defaults?: readonly SettingsLayer[];
  name?: string;
  version?: string;
}

/** What reading a candidate depends on besides itself. */
export interface ReadingContext {
  readonly environment: Environment;
  /** Artifacts and settings must lie in this folder; undefined: they may lie anywhere. */
  readonly within?: string;
  /** What files said when they were last read. */
  readonly known?: WeakMap<JsonObject, LoadedSettings<ModelSettings>>;
}

/** The model version that a candidate describes. Rejects with a ServerError that says what is wrong with it. */
export async function readCandidate(
  candidate: Candidate,
  { environment, within, known }: ReadingContext,
): Promise<{ spec: ModelSpec; warnings: readonly string[] }> {
  const { file, folder, source, defaults } = candidate;
  const alone = file !== undefined && defaults === undefined;
  const loaded =
    (alone ? known?.get(file) : undefined) ?? modelSettings(file, { source, folder, defaults }, environment);
  if (alone) known?.set(file, loaded);
  const { settings, warnings } = loaded;
  const { name, implementation, parameters } = settings;
  candidate.name = name;
  candidate.version = parameters.version ?? undefined;
  const artifact = await findArtifact({
    modelName: name,
    uri: parameters.uri,
    folder: parameters.uri ? candidate.uriBase : folder,
    wellKnownFiles: wellKnownFiles(implementation),
    within,
  });
  return { spec: { name, version: candidate.version, settings, folder, artifact, implementation }, warnings };
}

/** A model-settings.json that is known to be there, and must lie `within` a folder, if one is given. Throws a SettingsError. */
export async function readSettingsFile(path: string, source: string, within?: string): Promise<JsonObject> {
  const text = await readTextFile(path, source);
  if (text === undefined) throw new SettingsError({ source }, 'a file', 'nothing (a link that leads nowhere?)');
  // Messages quote what they do not understand.
  if (within !== undefined && (await leadsOut(path, within))) {
    throw new SettingsError({ source }, 'a file in the model repository', 'a link out of it');
  }
  return parseJsonObject(text, source);
}

/** The model's name that a file gives, or else its folder's. */
export function nameIn(file: JsonObject, folder: string): string {
  const name = file.values.get('name');
  return typeof name === 'string' && name !== '' ? name : basename(folder);
}

export function failureOf({ path, name, version }: Candidate, thrown: unknown): RepositoryFailure {
  return { path, name, version, error: toServerError(thrown) };
}

/** Of two descriptions of one name and version the later in order is served, unless the earlier one serves already. */
export function replacedBy(later: Candidate, earlier: Candidate): RepositoryFailure {
  const model = `Model ${later.name}${later.version === undefined ? '' : ` with version ${later.version}`}`;
  const message = `${model} is described twice, in ${earlier.source} and in ${later.source}`;
  return failureOf(earlier, new ServerError('ALREADY_EXISTS', message));
}
