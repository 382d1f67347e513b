import { access } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { ServerError } from '../core/errors.js';
import type { Environment } from '../settings/env.js';
import { parseAs } from '../settings/field-types.js';
import { entriesOf, type JsonObject } from '../settings/json-object.js';
import { environmentNamesModel } from '../settings/model-settings.js';
import type { ServerSettings } from '../settings/server-settings.js';
import { versionRange } from '../settings/version-range.js';
import { type Candidate, failureOf, nameIn, type ReadingContext } from './candidate.js';
import { ListingBuilder, listingOf } from './listing-builder.js';
import type { ModelRepository, RepositoryListing } from './repository.js';
import { scan } from './scan.js';
import { SettingsFiles } from './settings-files.js';
import { chooseVersion, type VersionedModel, versionFolders } from './version-folders.js';

type Described = Candidate & { readonly file: JsonObject };

/**
 * A folder of models: every model-settings.json in it, at any depth, describes one version of one model, or, when it has an
 * `aspired_version`, the version folders beside it. A folder in it that holds an ONNX file and no settings is a model by the
 * folder's name.
 */
export class FileRepository implements ModelRepository {
  readonly place: string;
  private readonly root: string;
  private readonly context: ReadingContext;
  private readonly files: SettingsFiles;
  /** What stood at a path when it was last read: a file that breaks later is still that model's. */
  private known: ReadonlyMap<string, Pick<Candidate, 'name' | 'version'>> = new Map();

  constructor(
    settings: Pick<ServerSettings, 'modelRepositoryRoot' | 'allowUriOutsideRepository'>,
    environment: Environment,
    private readonly workingDirectory = process.cwd(),
  ) {
    this.root = resolve(settings.modelRepositoryRoot);
    this.place = this.root;
    const within = settings.allowUriOutsideRepository ? undefined : this.root;
    this.context = { environment, within, known: new WeakMap() };
    this.files = new SettingsFiles(within);
  }

  list(): Promise<RepositoryListing> {
    return this.look(() => true);
  }

  /** Reads the settings files of all models, and looks for the artifacts of this one only. */
  async find(name: string, version?: string): Promise<RepositoryListing> {
    return listingOf(name, await this.look(candidate => mayBe(name, candidate), version));
  }

  private async look(isOfInterest: (candidate: Described) => boolean, asked?: string): Promise<RepositoryListing> {
    const { files, bareModels, unreadable } = await scan(this.root);
    if (files.length === 0 && this.known.size > 0 && !(await isThere(this.root))) return this.gone();
    const byEnvironment = files.length === 0 && environmentNamesModel(this.context.environment);
    const candidates = files.map(path => this.candidateOf(path));
    const described: Described[] = byEnvironment ? [] : bareModels.map(path => bareModel(this.candidateOf(path)));
    const broken = new Map<Candidate, unknown>();
    for (const candidate of candidates) {
      try {
        const file = await this.files.read(candidate.path, candidate.source);
        described.push({ ...candidate, file, name: nameIn(file, candidate.folder) });
      } catch (thrown) {
        broken.set(candidate, thrown);
      }
    }

    const ofVersions = await foldersOfVersions(described);
    const listing = new ListingBuilder(this.context);
    listing.failures.push(...unreadable);
    for (const [candidate, thrown] of broken) {
      if (!ofVersions.has(candidate.folder)) listing.failures.push(failureOf(candidate, thrown));
    }
    for (const candidate of described) {
      if (ofVersions.has(candidate.folder) || !isOfInterest(candidate)) continue;
      if (isVersioned(candidate)) await this.addVersions(candidate, listing, asked);
      else await listing.read(candidate);
    }
    if (byEnvironment) await listing.read(this.candidateOfEnvironment());
    this.known = new Map([...described, ...broken.keys()].map(({ path, name, version }) => [path, { name, version }]));
    return listing.done();
  }

  /** A mounted folder may go and come back: its models are not to be taken for removed. */
  private gone(): RepositoryListing {
    const error = new ServerError('NOT_FOUND', `the model repository ${this.root} is not there any more`);
    return { specs: [], passedOver: [], failures: [{ path: this.root, error }], warnings: [] };
  }

  private candidateOf(path: string): Candidate {
    const folder = dirname(path);
    const known = this.known.get(path) ?? { name: basename(folder) };
    return { path, source: relative(this.root, path), folder, uriBase: folder, ...known };
  }

  private candidateOfEnvironment(): Candidate {
    return { path: this.root, source: 'environment', folder: this.root, uriBase: this.workingDirectory };
  }

  private async addVersions(candidate: Described, listing: ListingBuilder, asked?: string): Promise<void> {
    try {
      listing.addChoice(await chooseVersion(versionedModel(candidate), this.root, this.context, asked));
    } catch (thrown) {
      listing.failures.push(failureOf(candidate, thrown));
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** With what a model-settings.json beside the model would say. */
function bareModel(candidate: Candidate): Described {
  const parameters = { uri: `./${basename(candidate.path)}` };
  const values = { name: basename(candidate.folder), implementation: 'modelyard.OnnxModel', parameters };
  return { ...candidate, file: { values: entriesOf(values), warnings: [] } };
}

/** Variables may give a name to what has none. */
function mayBe(name: string, candidate: Described): boolean {
  return candidate.name === name || !candidate.file.values.has('name');
}

function isVersioned({ file }: Described): boolean {
  return (file.values.get('aspired_version') ?? null) !== null;
}

function versionedModel({ file, folder, source, name = '' }: Described): VersionedModel {
  const aspired = parseAs(versionRange, file.values.get('aspired_version'), { source, field: 'aspired_version' });
  return { name, folder, source, aspired, common: { source, values: file.values }, moduleFolders: [folder] };
}

/** Folders that an `aspired_version` chooses from: what they say does not count on its own. */
async function foldersOfVersions(candidates: readonly Described[]): Promise<Set<string>> {
  const versioned = candidates.filter(isVersioned);
  return new Set((await Promise.all(versioned.map(({ folder }) => versionFolders(folder)))).flat());
}
