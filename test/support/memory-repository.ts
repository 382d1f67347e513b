import { listingOf } from '../../src/repository/listing-builder.js';
import type {
  ModelRepository,
  PassedOver,
  RepositoryFailure,
  RepositoryListing,
} from '../../src/repository/repository.js';
import { Environment } from '../../src/settings/env.js';
import { entriesOf } from '../../src/settings/json-object.js';
import { modelSettings } from '../../src/settings/model-settings.js';
import type { ModelSpec } from '../../src/settings/model-spec.js';

/** Models that exist because the test says so. */
export class MemoryRepository implements ModelRepository {
  readonly place = 'memory';
  readonly specs: ModelSpec[] = [];
  readonly passedOver: PassedOver[] = [];
  readonly failures: RepositoryFailure[] = [];

  /** Adds a model described by the fields of a model-settings.json; `implementation` may be left out. */
  add(fields: { readonly name: string; readonly [field: string]: unknown }): void {
    const folder = `/models/${fields.name}`;
    const values = entriesOf({ implementation: 'mlserver_sklearn.SKLearnModel', ...fields } as never);
    const { settings } = modelSettings({ values, warnings: [] }, { source: folder, folder }, new Environment({}));
    const { name, implementation, parameters } = settings;
    const version = parameters.version ?? undefined;
    this.specs.push({ name, version, settings, folder, artifact: `${folder}/model`, implementation });
  }

  /** Takes away all versions of a model. */
  remove(name: string): void {
    const kept = this.specs.filter(spec => spec.name !== name);
    this.specs.splice(0, this.specs.length, ...kept);
  }

  async list(): Promise<RepositoryListing> {
    return { specs: [...this.specs], passedOver: [...this.passedOver], failures: [...this.failures], warnings: [] };
  }

  async find(name: string): Promise<RepositoryListing> {
    return listingOf(name, await this.list());
  }
}
