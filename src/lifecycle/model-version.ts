import type { ScheduledModel } from '../batching/scheduled-model.js';
import { ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { ModelLabel } from '../core/protocol.js';
import type { ModelStateName } from '../core/telemetry.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { ModelKey, ReplicaSpec } from '../wire/messages.js';
import type { WarmUp } from './warm-up.js';

/** What may follow on what. A version that is to be ready again is a new ModelVersion with a new generation. */
const NEXT: Record<ModelStateName, readonly ModelStateName[]> = {
  loading: ['ready', 'failed', 'draining'],
  ready: ['draining'],
  draining: ['unloaded'],
  unloaded: [],
  failed: [],
};

/**
 * One generation of one model version: loading -> ready -> draining -> unloaded, or loading -> failed, or, when nobody wants it any
 * more, loading -> draining -> unloaded. Its family owns it and alone moves it; requests hold it by `acquire` and `release`.
 */
export class ModelVersion {
  readonly key: ModelKey;
  readonly label: ModelLabel;
  /** Why it failed, or is not in every worker. */
  reason = '';
  /** Set when it becomes ready. */
  model: ModelInterface | undefined;
  scheduled: ScheduledModel | undefined;
  replica: ReplicaSpec | undefined;
  warmUp: WarmUp | undefined;
  private current: ModelStateName = 'loading';
  private holders = 0;
  private whenFree: (() => void) | undefined;

  constructor(
    readonly spec: ModelSpec,
    generation: number,
    private readonly changed: (version: ModelVersion) => void,
  ) {
    this.key = `${spec.name}@${spec.version ?? ''}#${generation}`;
    this.label = { name: spec.name, version: spec.version ?? '' };
    changed(this);
  }

  get state(): ModelStateName {
    return this.current;
  }

  moveTo(state: ModelStateName, reason = ''): void {
    if (!NEXT[this.current].includes(state)) {
      throw new ServerError('INTERNAL', `model ${this.key} cannot go from ${this.current} to ${state}`);
    }
    this.current = state;
    this.reason = reason;
    this.changed(this);
  }

  acquire(): void {
    this.holders++;
  }

  release(): void {
    this.holders--;
    if (this.holders === 0) this.whenFree?.();
  }

  /** Settles when no request holds this version any more. */
  async free(): Promise<void> {
    if (this.holders > 0) await new Promise<void>(resolve => (this.whenFree = resolve));
  }
}
