import type { ServerError } from '../core/errors.js';
import type { ModelSpec } from '../settings/model-spec.js';

/** Something in the repository that should be a model and cannot be one. */
export interface RepositoryFailure {
  /** Absolute path of the settings file or folder at fault. */
  readonly path: string;
  /** The model's name as far as it is known. */
  readonly name?: string;
  readonly version?: string;
  /** Its message is the reason. */
  readonly error: ServerError;
}

/** A version that is there and that nothing asks to serve: its settings are not read. */
export interface PassedOver {
  readonly name: string;
  readonly version: string;
  /** Why it is not served. */
  readonly reason: string;
}

/** What a look at the repository found, in an order that depends on names only. */
export interface RepositoryListing {
  /** At most one for a name and version. */
  readonly specs: readonly ModelSpec[];
  readonly passedOver: readonly PassedOver[];
  readonly failures: readonly RepositoryFailure[];
  /** For the log; the models concerned can be served. */
  readonly warnings: readonly string[];
}

/** Where models come from. Every call looks afresh; nothing is loaded. */
export interface ModelRepository {
  /** How messages name the place: a path. */
  readonly place: string;
  list(): Promise<RepositoryListing>;
  /**
   * The part of the listing that concerns one model: empty when there is none of that name. A `version` that would be passed over is
   * read like those that are to be served.
   */
  find(name: string, version?: string): Promise<RepositoryListing>;
}
