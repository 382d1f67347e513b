import { sep } from 'node:path';
import type { CancelTimer, Clock } from '../core/clock.js';
import { toServerError } from '../core/errors.js';
import type { Logger } from '../logging/logger.js';
import type { ModelRepository, RepositoryFailure, RepositoryListing } from '../repository/repository.js';
import { selectVersions } from '../repository/select-versions.js';
import type { VersionStates } from '../repository/version-states.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { ModelRegistry } from './model-registry.js';
import { type ModelView, NOBODY, viewsOf } from './model-view.js';

export interface RepositoryWatcherOptions {
  readonly repository: ModelRepository;
  readonly registry: Pick<ModelRegistry, 'setDesired' | 'desired' | 'versions'>;
  readonly states: VersionStates;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'now' | 'at'>;
  /** Between two looks. */
  readonly pollMs: number;
}

/** What was written is left alone until nothing has changed for so long. */
export const SETTLE_MS = 750;

/**
 * Makes what changes in the repository the desired state. A change counts when sizes and times of the files have stood still for a
 * while; then contents are compared, and only versions that differ are loaded. What cannot be read is no wish to unload: what
 * served before goes on. A model that was unloaded by hand stays so until its files change.
 *
 * (Looking again and again, rather than being told by the file system, which says nothing about mounted folders and little about
 * links.)
 */
export class RepositoryWatcher {
  /** The states that were acted on, by model. */
  private readonly handled = new Map<string, string>();
  /** States that may still change. */
  private readonly unsettled = new Map<string, { readonly state: string; readonly since: number }>();
  /** Models whose change is being loaded. */
  private readonly busy = new Set<string>();
  /** What specs that the registry was given were made of. */
  private readonly fingerprints = new WeakMap<ModelSpec, string>();
  private remembered: Promise<unknown> = Promise.resolve();
  private cancelTimer: CancelTimer = () => {};
  private stopped = false;
  private lastProblem = '';

  constructor(private readonly options: RepositoryWatcherOptions) {}

  /** Takes a listing, whose specs are about to be loaded, for what is there now. */
  async remember(listing: RepositoryListing): Promise<void> {
    const views = await viewsOf(listing, this.options.states);
    for (const [name, { state }] of views) this.handled.set(name, state);
    this.remembered = Promise.all([...views.values()].map(view => this.fingerprint(view)));
  }

  /** Has a model loaded again later, though nothing changes, when not its files are at fault but the way to them. */
  loadFailed(name: string, thrown: unknown): void {
    const { registry, clock } = this.options;
    const { retryAfterSeconds } = toServerError(thrown);
    if (retryAfterSeconds === undefined) return;
    const serving = this.loaded(name, 'ready');
    for (const spec of registry.desired(name)) if (!serving.includes(spec)) this.fingerprints.delete(spec);
    const since = clock.now() + retryAfterSeconds * 1000 - SETTLE_MS;
    this.unsettled.set(name, { state: this.handled.get(name) ?? '', since });
    this.handled.delete(name);
  }

  /** Looks from now on. */
  start(): void {
    const { clock, pollMs } = this.options;
    if (this.stopped) return;
    const at = Math.min(clock.now() + pollMs, ...this.settlingTimes());
    this.cancelTimer = clock.at(at, () => void this.look().then(() => this.start()));
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
  }

  /** One look; has what settled loaded, without waiting for it. Never rejects. */
  async look(): Promise<void> {
    const { repository, states, logger } = this.options;
    try {
      await this.remembered;
      const views = await viewsOf(await repository.list(), states);
      const nobodys = views.get(NOBODY) ?? { failures: [], state: '' };
      for (const name of new Set([...this.handled.keys(), ...this.unsettled.keys(), ...views.keys()])) {
        // A model may be missing for a reason that is nobody's by name: a folder that cannot be read.
        const view = views.get(name) ?? { name, specs: [], states: [], failures: [], state: nobodys.state };
        if (this.hasSettled(view)) void this.handle(view, nobodys.failures);
      }
      this.lastProblem = '';
    } catch (thrown) {
      const { message } = toServerError(thrown);
      if (message !== this.lastProblem) logger.error(`The model repository cannot be read: ${message}`);
      this.lastProblem = message;
    }
  }

  /** When models that have changed will have stood still for long enough; those being loaded have to end that first. */
  private settlingTimes(): number[] {
    const waiting = [...this.unsettled].filter(([name]) => !this.busy.has(name));
    return waiting.map(([, { since }]) => since + SETTLE_MS);
  }

  /** Whether a model has changed, and stopped changing. */
  private hasSettled({ name, state }: ModelView): boolean {
    if (this.busy.has(name)) return false;
    if ((this.handled.get(name) ?? '') === state) {
      this.unsettled.delete(name);
      return false;
    }
    const now = this.options.clock.now();
    const seen = this.unsettled.get(name);
    if (seen?.state === state) return now - seen.since >= SETTLE_MS;
    this.unsettled.set(name, { state, since: now });
    return false;
  }

  private async handle(view: ModelView, nobodys: readonly RepositoryFailure[]): Promise<void> {
    const { name, failures, state } = view;
    this.busy.add(name);
    try {
      // When it is written while it is read, the next look begins anew.
      if (!(await this.fingerprint(view))) return void this.unsettled.delete(name);
      this.handled.set(name, state);
      this.unsettled.delete(name);
      for (const { path, error } of failures) {
        this.options.logger.error(`Failed load model settings at ${path}: ${error.message}`);
      }
      if (name !== NOBODY) await this.load(view, nobodys);
      if (state === '') this.handled.delete(name);
    } finally {
      this.busy.delete(name);
    }
  }

  private async load({ name, specs, failures }: ModelView, nobodys: readonly RepositoryFailure[]): Promise<void> {
    const { registry, logger } = this.options;
    const { served, warnings } = selectVersions(specs);
    const kept = this.unreadable(name, served, [...failures, ...nobodys]);
    const wanted = served.filter(spec => !kept.some(other => standsFor(other, spec))).map(spec => this.known(spec));
    wanted.push(...kept);
    const desired = registry.desired(name);
    if (wanted.length === desired.length && wanted.every(spec => desired.includes(spec))) return;
    for (const warning of warnings) logger.warning(warning);
    logger.info(`Model '${name}' has changed in the repository`);
    // The registry says what cannot be loaded, and keeps the reason.
    await registry.setDesired(name, wanted).catch(error => this.loadFailed(name, error));
  }

  /** The spec that the registry has already, if it is of the same settings and contents. */
  private known(spec: ModelSpec): ModelSpec {
    const same = (other: ModelSpec) => this.fingerprints.get(other) === this.fingerprints.get(spec);
    return this.loaded(spec.name).find(same) ?? spec;
  }

  /** Versions that serve, and of which the repository does not say now what they are. */
  private unreadable(
    name: string,
    specs: readonly ModelSpec[],
    failures: readonly RepositoryFailure[],
  ): readonly ModelSpec[] {
    return this.loaded(name, 'ready').filter(
      spec =>
        !specs.some(({ version }) => version === spec.version) && failures.some(failure => concerns(failure, spec)),
    );
  }

  private loaded(name: string, only?: 'ready'): ModelSpec[] {
    const versions = [...this.options.registry.versions()].filter(({ spec }) => spec.name === name);
    return versions.filter(({ state }) => only === undefined || state === only).map(({ spec }) => spec);
  }

  /** Notes what the specs are made of; false when that was changing. */
  private async fingerprint({ specs, states: before }: ModelView): Promise<boolean> {
    const { states } = this.options;
    try {
      const prints = await Promise.all(specs.map(spec => states.fingerprint(spec)));
      const after = await Promise.all(specs.map(spec => states.state(spec)));
      if (after.some((state, i) => state !== before[i])) return false;
      for (const [i, spec] of specs.entries()) this.fingerprints.set(spec, prints[i]);
      return true;
    } catch {
      return false;
    }
  }
}

/** Of version folders one is served: it takes the place of the next that could be read. */
function standsFor(kept: ModelSpec, other: ModelSpec): boolean {
  const { aspiredVersion } = kept.settings;
  return aspiredVersion !== null && aspiredVersion === other.settings.aspiredVersion;
}

/** A failure without a version may be that of any; one without a name, that of all below its folder. */
function concerns({ name, version, path }: RepositoryFailure, spec: ModelSpec): boolean {
  if (name === undefined) return spec.folder === path || spec.folder.startsWith(path + sep);
  return version === undefined || version === spec.version;
}
