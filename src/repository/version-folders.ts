import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { ServerError } from '../core/errors.js';
import { entriesOf } from '../settings/json-object.js';
import type { SettingsLayer } from '../settings/model-settings.js';
import type { ModelSpec } from '../settings/model-spec.js';
import { isVersion, newestFirst } from '../settings/version-range.js';
import {
  type Candidate,
  failureOf,
  nameIn,
  type ReadingContext,
  readCandidate,
  readSettingsFile,
} from './candidate.js';
import { implementationOfFolder } from './recognise.js';
import type { PassedOver, RepositoryFailure } from './repository.js';
import { MODEL_SETTINGS_FILE } from './scan.js';
import { folderOfModule, implementationOfServable } from './servable.js';

/**
 * A model whose versions stand side by side, one folder each, of which one is served:
 *
 *     my-model/model-settings.json   {"aspired_version": "1.x", ...}   what all versions have in common
 *     my-model/1.0.0/model.joblib
 *     my-model/1.1.0/model.joblib    served
 *     my-model/1.1.0/model-settings.json                               what is different here, if anything is
 *     my-model/2.0.0/model.joblib
 */
export interface VersionedModel {
  readonly name: string;
  /** Absolute; holds the version folders. */
  readonly folder: string;
  /** How messages name what describes the model. */
  readonly source: string;
  /** A range of versions. */
  readonly aspired: string;
  /** What its own settings say for all versions. */
  readonly common?: SettingsLayer;
  /** What serves versions that nothing else is said of, as a list of models names it. */
  readonly servable?: string;
  /** Where the module of a custom class may stand besides the version folder. */
  readonly moduleFolders: readonly string[];
}

interface ReadVersion {
  readonly candidate: Candidate;
  readonly spec: ModelSpec;
  readonly warnings: readonly string[];
}

/** What became of a model's version folders. */
export interface VersionChoice {
  /** The version that is to be served, if one fits and can be read, and the one that was asked for besides. */
  readonly found: readonly ReadVersion[];
  readonly passedOver: readonly PassedOver[];
  readonly failures: readonly RepositoryFailure[];
}

/** Absolute paths of the folders in a folder, links to folders included, whose names are versions; by name. */
export async function versionFolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(isVersion).sort();
  const folders: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isDirectory()) folders.push(path);
  }
  return folders;
}

/**
 * The newest version in the range that can be read; what is newer and cannot be is told, all others are passed over, except `asked`.
 * `root` is what messages start paths from.
 */
export async function chooseVersion(
  model: VersionedModel,
  root: string,
  context: ReadingContext,
  asked?: string,
): Promise<VersionChoice> {
  const found: ReadVersion[] = [];
  const failures: RepositoryFailure[] = [];
  const read = async (version: string) => {
    const candidate = candidateIn(join(model.folder, version), model, root);
    try {
      found.push(await readVersion(candidate, model, context));
    } catch (thrown) {
      failures.push(failureOf(candidate, thrown));
    }
  };

  const folders = await versionFolders(model.folder);
  const versions = folders.map(folder => basename(folder));
  const others = new Set(versions);
  const fitting = newestFirst(model.aspired, versions);
  if (fitting.length === 0) failures.push(noneFits(model, versions));
  for (const version of fitting) {
    others.delete(version);
    await read(version);
    if (found.length > 0) break;
  }
  if (asked !== undefined && others.delete(asked)) await read(asked);
  const { name, aspired } = model;
  const reason = `not the newest version that fits aspired_version '${aspired}'`;
  return { found, passedOver: Array.from(others, version => ({ name, version, reason })), failures };
}

async function readVersion(candidate: Candidate, model: VersionedModel, context: ReadingContext): Promise<ReadVersion> {
  Object.assign(candidate, await ownSettings(candidate, model, context), {
    defaults: await defaultsOf(candidate, model),
  });
  const { spec, warnings } = await readCandidate(candidate, context);
  refuseEmpty(spec, candidate);
  return { candidate, spec: await withModule(spec, model), warnings };
}

function candidateIn(folder: string, { name }: VersionedModel, root: string): Candidate {
  const source = relative(root, folder);
  return { path: folder, source, folder, uriBase: folder, name, version: basename(folder) };
}

/** What the version folder's own file says, if there is one. */
async function ownSettings(
  { folder, source }: Candidate,
  model: VersionedModel,
  { within }: ReadingContext,
): Promise<Partial<Candidate>> {
  const path = join(folder, MODEL_SETTINGS_FILE);
  if (!(await readdir(folder)).includes(MODEL_SETTINGS_FILE)) return {};
  const own = { path, source: join(source, MODEL_SETTINGS_FILE) };
  const file = await readSettingsFile(path, own.source, within);
  const name = file.values.has('name') ? nameIn(file, folder) : model.name;
  if (name !== model.name) {
    const message = `${own.source}: field 'name': expected '${model.name}', as ${model.source} says, found '${name}'`;
    throw new ServerError('INVALID_ARGUMENT', message);
  }
  return { ...own, file };
}

/** Name and version are the folders'; what is said of all versions comes next, and last what the files themselves tell. */
async function defaultsOf({ folder, source }: Candidate, model: VersionedModel): Promise<SettingsLayer[]> {
  const { name, common, servable, moduleFolders } = model;
  const named = servable && (await implementationOfServable(servable, [folder, ...moduleFolders]));
  const implementation = named || (await implementationOfFolder(folder));
  return [
    { source, values: entriesOf({ name, parameters: { version: basename(folder) } }) },
    ...(common === undefined ? [] : [common]),
    ...(implementation === undefined ? [] : [{ source, values: entriesOf({ implementation }) }]),
  ];
}

/** A class may serve all versions from a module above them. */
async function withModule(spec: ModelSpec, { moduleFolders }: VersionedModel): Promise<ModelSpec> {
  if (spec.implementation.kind !== 'custom') return spec;
  const folder = await folderOfModule(spec.implementation.module, [spec.folder, ...moduleFolders]);
  return folder === undefined ? spec : { ...spec, folder };
}

/** A folder that is being filled would otherwise count as the newest version. */
function refuseEmpty({ artifact, folder, implementation }: ModelSpec, { source }: Candidate): void {
  if (artifact !== folder || implementation.kind === 'custom' || implementation.kind === 'mlflow') return;
  throw new ServerError('FAILED_PRECONDITION', `${source}: there is no model file in the folder`);
}

function noneFits({ name, folder, source, aspired }: VersionedModel, versions: readonly string[]): RepositoryFailure {
  const there = versions.length === 0 ? 'there are no version folders' : `there are ${versions.join(', ')}`;
  const error = new ServerError('NOT_FOUND', `${source}: no version of ${name} fits '${aspired}': ${there}`);
  return { path: folder, name, error };
}
