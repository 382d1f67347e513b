import { ServerError } from '../../src/core/errors.js';
import type { ModelInterface } from '../../src/core/model-interface.js';
import type { WorkerId } from '../../src/pool/worker-pool.js';
import type { LoadAnswer, ReplicaSpec } from '../../src/wire/messages.js';
import { rowsModel } from './models.js';
import type { PuppetPool } from './puppet-pool.js';

interface HeldLoad {
  readonly worker: WorkerId;
  readonly spec: ReplicaSpec;
  readonly resolve: (answer: LoadAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Makes the loads of a puppet pool wait until the test answers them. */
export class HeldLoads {
  private held: HeldLoad[] = [];

  constructor(private readonly pool: PuppetPool) {
    pool.onLoad = (worker, spec) => new Promise((resolve, reject) => this.held.push({ worker, spec, resolve, reject }));
  }

  /** What waits: `0 digits`, by worker and name. */
  get waiting(): string[] {
    return this.held.map(({ worker, spec }) => `${worker} ${spec.name}`);
  }

  succeed(worker: WorkerId, model: ModelInterface = rowsModel(1)): void {
    for (const load of this.take(worker)) load.resolve({ ok: true, model });
  }

  fail(worker: WorkerId, message: string): void {
    for (const load of this.take(worker)) load.resolve({ ok: false, error: { code: 'INVALID_ARGUMENT', message } });
  }

  /** The worker dies while it loads. */
  lose(worker: WorkerId): void {
    const lost = this.take(worker);
    this.pool.lose(worker);
    for (const load of lost) load.reject(new ServerError('UNAVAILABLE', 'the worker stopped'));
  }

  /** Loads that come from now on succeed at once. */
  release(): void {
    this.pool.onLoad = async () => ({ ok: true, model: rowsModel(1) });
  }

  private take(worker: WorkerId): HeldLoad[] {
    const taken = this.held.filter(load => load.worker === worker);
    this.held = this.held.filter(load => load.worker !== worker);
    return taken;
  }
}
