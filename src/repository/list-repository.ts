import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ServerError, toServerError } from '../core/errors.js';
import type { Environment } from '../settings/env.js';
import type { SettingsLayer } from '../settings/model-settings.js';
import type { ServerSettings } from '../settings/server-settings.js';
import { readSettingsFile } from './candidate.js';
import { ListingBuilder, listingOf } from './listing-builder.js';
import { type ModelListEntry, readModelList } from './model-list.js';
import type { ModelRepository, RepositoryListing } from './repository.js';
import { MODEL_SETTINGS_FILE } from './scan.js';
import { chooseVersion, type VersionedModel } from './version-folders.js';

/**
 * The models that a JSON list names, each with the range of versions wanted. A model is the folder of its name in the entry's
 * `load_url`, with a folder for each version in it.
 */
export class ListRepository implements ModelRepository {
  /** Names in the list when it was last read: should it break, these are the models it concerns. */
  private known: ReadonlySet<string> = new Set();

  constructor(
    /** Absolute path of the list. */
    readonly place: string,
    private readonly settings: Pick<ServerSettings, 'allowUriOutsideRepository'>,
    private readonly environment: Environment,
    private readonly workingDirectory = process.cwd(),
  ) {}

  list(): Promise<RepositoryListing> {
    return this.look();
  }

  async find(name: string, version?: string): Promise<RepositoryListing> {
    return listingOf(name, await this.look(version));
  }

  private async look(asked?: string): Promise<RepositoryListing> {
    const listing = new ListingBuilder({ environment: this.environment });
    try {
      const entries = await readModelList(this.place);
      this.known = new Set(entries.flatMap(entry => ('error' in entry ? (entry.name ?? []) : entry.modelName)));
      for (const entry of entries) {
        if ('error' in entry) listing.failures.push({ path: this.place, ...entry });
        else await this.add(entry, listing, asked);
      }
    } catch (thrown) {
      if (this.known.size === 0) throw thrown;
      const error = toServerError(thrown);
      listing.failures.push(...Array.from(this.known, name => ({ path: this.place, name, error })));
    }
    return listing.done();
  }

  private async add(entry: ModelListEntry, listing: ListingBuilder, asked?: string): Promise<void> {
    const { modelName: name } = entry;
    const base = await this.folderOf(entry.loadUrl);
    const folder = join(base, name);
    try {
      const within = this.settings.allowUriOutsideRepository ? undefined : base;
      const model = await modelIn(folder, base, entry, within);
      listing.addChoice(await chooseVersion(model, base, { environment: this.environment, within }, asked));
    } catch (thrown) {
      listing.failures.push({ path: folder, name, error: toServerError(thrown) });
    }
  }

  /** What a `load_url` is relative to: the list's own folder, or else the working directory. */
  private async folderOf(loadUrl: string): Promise<string> {
    const beside = resolve(dirname(this.place), loadUrl);
    return (await isFolder(beside)) ? beside : resolve(this.workingDirectory, loadUrl);
  }
}

async function modelIn(folder: string, base: string, entry: ModelListEntry, within?: string): Promise<VersionedModel> {
  const { modelName: name, aspiredVersion: aspired, servableName: servable, source } = entry;
  if (!(await isFolder(folder))) {
    throw new ServerError('NOT_FOUND', `${source}: there is no folder '${name}' in load_url '${entry.loadUrl}'`);
  }
  const common = await commonSettings(folder, name, within);
  return { name, folder, source, aspired, common, servable, moduleFolders: [folder, base] };
}

/** What a model-settings.json beside the version folders says of them. */
async function commonSettings(folder: string, name: string, within?: string): Promise<SettingsLayer | undefined> {
  const path = join(folder, MODEL_SETTINGS_FILE);
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const source = join(name, MODEL_SETTINGS_FILE);
  return { source, values: (await readSettingsFile(path, source, within)).values };
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}
