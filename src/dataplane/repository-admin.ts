import { ServerError } from '../core/errors.js';
import type { RepositoryIndexItem, RepositoryState } from '../core/protocol.js';
import type { ModelStateName } from '../core/telemetry.js';
import type { ModelRegistry } from '../lifecycle/model-registry.js';
import type { Logger } from '../logging/logger.js';
import type { ModelRepository } from '../repository/repository.js';

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

/** The repository API: what is there, and loading and unloading it while the server runs. Every call looks at the repository afresh. */
export class RepositoryAdmin {
  constructor(private readonly options: RepositoryAdminOptions) {}

  /**
   * Every model version in the repository or in service. `reason` says why one cannot be served, or why its last reload failed
   * while the version before goes on.
   */
  async index({ ready }: IndexFilter): Promise<RepositoryIndexItem[]> {
    const { repository, registry } = this.options;
    const { specs, failures } = await repository.list();
    const items = new Map<string, RepositoryIndexItem>();
    for (const { name, version } of specs) {
      items.set(keyOf(name, version), { name, version, state: 'UNAVAILABLE', reason: '' });
    }
    for (const { name, version, error } of failures) {
      if (name === undefined || items.has(keyOf(name, version))) continue;
      items.set(keyOf(name, version), { name, version, state: 'UNAVAILABLE', reason: error.message });
    }
    for (const { spec, state, reason } of registry.versions()) {
      const { name, version } = spec;
      const key = keyOf(name, version);
      const known = items.get(key);
      const serves = known?.state === 'READY';
      // A failed version that is in the repository no more is of no interest.
      if (known === undefined && state === 'failed') continue;
      items.set(key, { name, version, state: serves ? 'READY' : STATES[state], reason });
    }
    return [...items.values()].filter(item => !ready || item.state === 'READY');
  }

  /**
   * Loads every version of a model that the repository holds, again if they are loaded, and unloads those it holds no more. Settles
   * when they serve. Throws NOT_FOUND, or the reason why a version cannot be loaded; what served before goes on then.
   */
  async load(name: string): Promise<void> {
    const { repository, registry, logger } = this.options;
    const { specs, failures } = await repository.find(name);
    for (const { path, error } of failures) logger.error(`Failed load model settings at ${path}: ${error.message}`);
    if (specs.length === 0) {
      const reason = failures.length > 0 ? `: ${failures[0].error.message}` : '';
      throw new ServerError('NOT_FOUND', `Model ${name} not found${reason}`);
    }
    await registry.setDesired(name, specs);
  }

  /** Unloads all versions of a model; requests under way are answered. Throws NOT_FOUND when none is loaded. */
  async unload(name: string): Promise<void> {
    const { registry } = this.options;
    registry.find({ name });
    await registry.setDesired(name, []);
  }
}

function keyOf(name: string, version = ''): string {
  return JSON.stringify([name, version]);
}
