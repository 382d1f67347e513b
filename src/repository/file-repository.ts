import { basename, dirname, relative, resolve } from 'node:path';
import { ServerError, toServerError } from '../core/errors.js';
import type { Environment } from '../settings/env.js';
import { wellKnownFiles } from '../settings/implementations.js';
import { entriesOf, type JsonObject, parseJsonObject } from '../settings/json-object.js';
import { environmentNamesModel, modelSettings } from '../settings/model-settings.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { ServerSettings } from '../settings/server-settings.js';
import { SettingsError } from '../settings/settings-error.js';
import { readTextFile } from '../settings/text-file.js';
import { findArtifact } from './artifact.js';
import type { ModelRepository, RepositoryFailure, RepositoryListing } from './repository.js';
import { BARE_MODEL_FILE, scan } from './scan.js';

/** A place that should describe a model. `name` and `version` are filled in as they become known, for a failure to tell. */
interface Candidate {
  /** Of model-settings.json or model.onnx, or the root when variables alone describe the model. */
  readonly path: string;
  /** How messages name it. */
  readonly source: string;
  readonly folder: string;
  /** What a relative uri starts from. */
  readonly uriBase: string;
  name?: string;
  version?: string;
}

/**
 * A folder of models: every model-settings.json in it, at any depth, describes one version of one model, and a folder in it that
 * holds a model.onnx and no settings is a model by the folder's name.
 */
export class FileRepository implements ModelRepository {
  private readonly root: string;
  private readonly anywhere: boolean;
  /** Names by path as they were last read: a file that breaks later is still that model's. */
  private names: ReadonlyMap<string, string | undefined> = new Map();

  constructor(
    settings: Pick<ServerSettings, 'modelRepositoryRoot' | 'allowUriOutsideRepository'>,
    private readonly environment: Environment,
    private readonly workingDirectory = process.cwd(),
  ) {
    this.root = resolve(settings.modelRepositoryRoot);
    this.anywhere = settings.allowUriOutsideRepository;
  }

  async list(): Promise<RepositoryListing> {
    const { files, bareModels, unreadable } = await scan(this.root);
    const byEnvironment = files.length === 0 && environmentNamesModel(this.environment);
    const candidates = byEnvironment
      ? [this.candidateOfEnvironment()]
      : [...files, ...bareModels].map(path => this.candidateOf(path));

    const found = new Map<string, { candidate: Candidate; spec: ModelSpec }>();
    const failures: RepositoryFailure[] = [...unreadable];
    const warnings: string[] = [];
    for (const candidate of candidates) {
      try {
        const spec = await this.read(candidate, warnings);
        const key = JSON.stringify([spec.name, spec.version]);
        const earlier = found.get(key);
        if (earlier !== undefined) failures.push(replacedBy(candidate, earlier.candidate));
        found.set(key, { candidate, spec });
      } catch (thrown) {
        failures.push(failureOf(candidate, toServerError(thrown)));
      }
    }
    this.names = new Map(candidates.map(({ path, name }) => [path, name]));
    return { specs: [...found.values()].map(({ spec }) => spec), failures, warnings };
  }

  async find(name: string): Promise<RepositoryListing> {
    const { specs, failures, warnings } = await this.list();
    return {
      specs: specs.filter(spec => spec.name === name),
      failures: failures.filter(failure => failure.name === name),
      warnings,
    };
  }

  private candidateOf(path: string): Candidate {
    const folder = dirname(path);
    const name = this.names.get(path) ?? basename(folder);
    return { path, source: relative(this.root, path), folder, uriBase: folder, name };
  }

  private candidateOfEnvironment(): Candidate {
    return { path: this.root, source: 'environment', folder: this.root, uriBase: this.workingDirectory };
  }

  private async read(candidate: Candidate, warnings: string[]): Promise<ModelSpec> {
    const { folder, source } = candidate;
    const loaded = modelSettings(await this.readFile(candidate), { source, folder }, this.environment);
    const { name, implementation, parameters } = loaded.settings;
    candidate.name = name;
    candidate.version = parameters.version ?? undefined;
    const artifact = await findArtifact({
      modelName: name,
      uri: parameters.uri,
      folder: parameters.uri ? candidate.uriBase : folder,
      wellKnownFiles: wellKnownFiles(implementation),
      within: this.anywhere ? undefined : this.root,
    });
    warnings.push(...loaded.warnings);
    return { name, version: candidate.version, settings: loaded.settings, folder, artifact, implementation };
  }

  private async readFile(candidate: Candidate): Promise<JsonObject | undefined> {
    const { path, source } = candidate;
    if (path === this.root) return undefined;
    if (basename(path) === BARE_MODEL_FILE) return bareModelSettings(candidate);
    const text = await readTextFile(path, source);
    if (text === undefined) throw new SettingsError({ source }, 'a file', 'nothing (a link that leads nowhere?)');
    const file = parseJsonObject(text, source);
    const name = file.values.get('name');
    if (typeof name === 'string' && name !== '') candidate.name = name;
    return file;
  }
}

/** What a model-settings.json beside the model would say. */
function bareModelSettings({ folder }: Candidate): JsonObject {
  const parameters = { uri: `./${BARE_MODEL_FILE}` };
  const values = { name: basename(folder), implementation: 'modelyard.OnnxModel', parameters };
  return { values: entriesOf(values), warnings: [] };
}

function failureOf({ path, name, version }: Candidate, error: ServerError): RepositoryFailure {
  return { path, name, version, error };
}

/** Of two files for one name and version the later in order is served. */
function replacedBy(later: Candidate, earlier: Candidate): RepositoryFailure {
  const model = `Model ${later.name}${later.version === undefined ? '' : ` with version ${later.version}`}`;
  const message = `${model} is described twice: ${later.source} is served, ${earlier.source} is not`;
  return failureOf(earlier, new ServerError('ALREADY_EXISTS', message));
}
