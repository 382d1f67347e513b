import { ServerError } from '../core/errors.js';
import { type ModelRef, modelText, type RepositoryIndexItem, type RepositoryState } from '../core/protocol.js';
import type { ModelStateName } from '../core/telemetry.js';
import { byName } from '../lifecycle/load-repository.js';
import type { ModelRegistry } from '../lifecycle/model-registry.js';
import type { Logger } from '../logging/logger.js';
import type { ModelRepository, RepositoryListing } from '../repository/repository.js';
import { selectVersions } from '../repository/select-versions.js';
import type { ModelSpec } from '../settings/model-spec.js';
import { InOrder } from './in-order.js';

export interface RepositoryAdminOptions {
  readonly repository: ModelRepository;
  readonly registry: ModelRegistry;
  readonly logger: Logger;
}

export interface IndexFilter {
  /** Only what can be asked now. */
  readonly ready: boolean;
}

/** How clients are told about a state. MLServer calls what is loading UNKNOWN. */
const STATES: Record<ModelStateName, RepositoryState> = {
  loading: 'UNKNOWN',
  ready: 'READY',
  draining: 'UNAVAILABLE',
  unloaded: 'UNAVAILABLE',
  failed: 'UNAVAILABLE',
};

/**
 * The repository API: what is there, and loading and unloading it while the server runs. Every call looks at the repository afresh;
 * calls for one model take effect in the order in which they came.
 */
export class RepositoryAdmin {
  private readonly turns = new InOrder();

  constructor(private readonly options: RepositoryAdminOptions) {}

  /**
   * Every model version in the repository or in service. `reason` says why one cannot be served or is not meant to be, or why its
   * last reload failed while the version before goes on.
   */
  async index({ ready }: IndexFilter): Promise<RepositoryIndexItem[]> {
    const { repository, registry } = this.options;
    const { specs, passedOver, failures } = await repository.list();
    const items = new Map<string, RepositoryIndexItem>();
    const add = (item: RepositoryIndexItem) => items.set(keyOf(item.name, item.version), item);
    for (const { name, version } of specs) add({ name, version, state: 'UNAVAILABLE', reason: '' });
    for (const versions of byName(specs).values()) {
      for (const { spec, reason } of selectVersions(versions).left) {
        add({ name: spec.name, version: spec.version, state: 'UNAVAILABLE', reason });
      }
    }
    for (const { name, version, reason } of passedOver) add({ name, version, state: 'UNAVAILABLE', reason });
    for (const { spec, state, reason } of registry.versions()) {
      const { name, version } = spec;
      const known = items.get(keyOf(name, version));
      // A failed version that is in the repository no more is of no interest.
      if (known === undefined && state === 'failed') continue;
      const serves = known?.state === 'READY';
      add({ name, version, state: serves ? 'READY' : STATES[state], reason: reason || (known?.reason ?? '') });
    }
    for (const { name, version, error } of failures) {
      if (name === undefined) continue;
      const known = items.get(keyOf(name, version));
      add({ name, version, state: known?.state ?? 'UNAVAILABLE', reason: error.message });
    }
    return [...items.values()].filter(item => !ready || item.state === 'READY');
  }

  /**
   * Loads the versions of a model that the repository holds and the model's policy wants, again if they are loaded, and unloads all
   * others; with a version that one alone, whatever the policy says. Settles when they serve in every worker. Throws NOT_FOUND, or
   * the reason why a version cannot be loaded; what served before goes on then.
   */
  async load(target: ModelRef): Promise<void> {
    const { repository, registry, logger } = this.options;
    await this.turns.run(target.name, async () => {
      const listing = await repository.find(target.name, target.version);
      const { failures } = listing;
      for (const { path, error } of failures) {
        logger.error(`Failed load model settings at ${path}: ${error.message}`);
      }
      const whole = target.version === undefined;
      const specs = whole ? this.allOf(target, listing) : this.oneOf(target, listing);
      return async () => {
        await registry.setDesired(target.name, specs);
        if (whole && failures.length > 0) throw failures[0].error;
      };
    });
  }

  /** Unloads a model, or one version of it; requests under way are answered. Throws NOT_FOUND when it is not loaded. */
  async unload({ name, version }: ModelRef): Promise<void> {
    const { registry } = this.options;
    await this.turns.run(name, async () => {
      registry.find({ name, version });
      return () => {
        const kept = version === undefined ? [] : registry.desired(name).filter(spec => spec.version !== version);
        return registry.setDesired(name, kept);
      };
    });
  }

  /** What the policy wants; but a version that is desired already and cannot be read now, or is described twice, stays as it is. */
  private allOf({ name }: ModelRef, listing: RepositoryListing): readonly ModelSpec[] {
    const { registry, logger } = this.options;
    const { specs, failures } = listing;
    if (specs.length === 0) throw this.notFound({ name }, listing);
    const { served, warnings } = selectVersions(specs);
    for (const warning of warnings) logger.warning(warning);
    if (served.length === 0) throw new ServerError('FAILED_PRECONDITION', warnings.join('; '));
    const unclear = (spec: ModelSpec) => !specs.some(of(name, spec.version)) || failures.some(of(name, spec.version));
    const kept = failures.length === 0 ? [] : registry.desired(name).filter(unclear);
    return [...served.filter(({ version }) => !kept.some(of(name, version))).map(again), ...kept];
  }

  /** The version that was named, beside the others that are desired. */
  private oneOf({ name, version }: ModelRef, listing: RepositoryListing): readonly ModelSpec[] {
    const failure = listing.failures.find(of(name, version));
    const spec = listing.specs.find(item => item.version === version);
    if (spec === undefined) throw this.notFound({ name, version }, listing);
    if (failure !== undefined) throw failure.error;
    return [...this.options.registry.desired(name).filter(item => item.version !== version), again(spec)];
  }

  private notFound({ name, version }: ModelRef, { specs, passedOver, failures }: RepositoryListing): ServerError {
    const { place } = this.options.repository;
    // What is described, but whose file cannot be had, has a status of its own.
    const unusable = failures.find(
      failure => failure.error.httpStatus !== undefined && (version ?? failure.version) === failure.version,
    );
    if (unusable !== undefined) return unusable.error;
    const others = [...specs, ...passedOver].map(other => other.version ?? 'one without a version').join(', ');
    const versions = others === '' ? '' : `, which has versions ${others}`;
    const reasons = failures.map(({ error }) => `: ${error.message}`).join('');
    return new ServerError('NOT_FOUND', `${modelText({ name, version })} not found in ${place}${versions}${reasons}`);
  }
}

/** Another object than the one that may be desired already: it is to be loaded again. */
function again(spec: ModelSpec): ModelSpec {
  return { ...spec };
}

function of(name: string, version: string | undefined) {
  return (item: { readonly name?: string; readonly version?: string }) =>
    item.name === name && item.version === version;
}

function keyOf(name: string, version = ''): string {
  return JSON.stringify([name, version]);
}
