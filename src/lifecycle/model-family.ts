import { ServerError, toServerError } from '../core/errors.js';
import { modelText } from '../core/protocol.js';
import { defaultVersion } from '../repository/version.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { ModelVersion } from './model-version.js';
import type { VersionLoader } from './version-loader.js';

/** What became of each wanted version: undefined when it serves, else why not. Versions nobody wanted are missing. */
type Outcome = ReadonlyMap<string, ServerError | undefined>;

/**
 * The versions of one name: which are wanted, and which serve. Whoever wants something else replaces the list of wanted versions;
 * one reconciliation at a time then makes it true. Wishes that come while one runs are met together by the next.
 */
export class ModelFamily {
  /** What answers requests, by version ('' for none). */
  private readonly serving = new Map<string, ModelVersion>();
  /** What was tried last and does not serve: it loads, or has failed. */
  private readonly pending = new Map<string, ModelVersion>();
  /** What loads, and how to give that up. */
  private readonly loading = new Map<ModelVersion, (reason: ServerError) => void>();
  private wanted: readonly ModelSpec[] = [];
  /** Settles when the last reconciliation begun or planned has ended. */
  private last: Promise<unknown> = Promise.resolve();
  /** Planned, not begun. */
  private next: Promise<Outcome> | undefined;
  private stopped: ServerError | undefined;

  constructor(private readonly loader: VersionLoader) {}

  get desired(): readonly ModelSpec[] {
    return this.wanted;
  }

  /** Every version, serving or not. */
  *versions(): Iterable<ModelVersion> {
    yield* this.serving.values();
    yield* this.pending.values();
  }

  /** The version that answers, or is meant to; without a name the default one. Undefined when there is none, or it failed. */
  find(name: string | undefined): ModelVersion | undefined {
    const { serving, pending } = this;
    const known = [...(serving.size > 0 ? serving : pending).keys()].map(version => version || undefined);
    const key = (name || defaultVersion(known)) ?? '';
    const version = serving.get(key) ?? pending.get(key);
    return version?.state === 'failed' ? undefined : version;
  }

  /**
   * Makes these versions serve and no others. A spec that is wanted already - the same object - is left alone; any other is loaded,
   * again if need be. Rejects with the first failure after all have been tried, and with ABORTED when a later wish leaves out
   * what this one asked for.
   */
  async setDesired(specs: readonly ModelSpec[]): Promise<void> {
    if (this.stopped !== undefined) throw this.stopped;
    const asked = specs.filter(spec => !this.wanted.includes(spec));
    this.wanted = specs;
    this.giveUpUnwanted();
    if (this.next === undefined) {
      this.next = this.last.then(() => this.reconcile());
      this.last = this.next;
    }
    const outcome = await this.next;
    for (const spec of asked) {
      const key = keyOf(spec);
      if (!outcome.has(key)) throw overtaken(spec);
      const failure = outcome.get(key);
      if (failure !== undefined) throw failure;
    }
  }

  /** Gives up what is loading, and refuses all that comes; what serves goes on. */
  stop(reason: ServerError): void {
    this.stopped = reason;
    for (const giveUp of this.loading.values()) giveUp(reason);
  }

  private giveUpUnwanted(): void {
    const keys = keysOf(this.wanted);
    for (const [{ spec }, giveUp] of this.loading) if (!keys.has(keyOf(spec))) giveUp(overtaken(spec));
  }

  /** Loads what is wanted and not there, then drains what is there and not wanted. Never rejects. */
  private async reconcile(): Promise<Outcome> {
    this.next = undefined;
    const specs = this.wanted;
    const keys = keysOf(specs);
    for (const key of this.pending.keys()) if (!keys.has(key)) this.pending.delete(key);
    const outcome = new Map<string, ServerError | undefined>();
    await Promise.all(specs.map(async spec => outcome.set(keyOf(spec), await this.bringUp(spec))));
    // What should have taken over and cannot leaves those before it in service.
    const gap = specs.some(spec => outcome.get(keyOf(spec)) !== undefined && !this.serving.has(keyOf(spec)));
    if (!gap) this.retireUnwanted(keys);
    return outcome;
  }

  /** Why the version cannot be loaded, if so. One that was tried before, with whatever outcome, is left alone. */
  private async bringUp(spec: ModelSpec): Promise<ServerError | undefined> {
    if (this.stopped !== undefined) return this.stopped;
    const key = keyOf(spec);
    if (this.pending.get(key)?.spec === spec) return undefined;
    if (this.serving.get(key)?.spec === spec) {
      this.pending.delete(key);
      return undefined;
    }
    return this.load(spec);
  }

  private async load(spec: ModelSpec): Promise<ServerError | undefined> {
    const key = keyOf(spec);
    const version = this.loader.create(spec);
    this.pending.set(key, version);
    const loaded = this.loader.load(version).then(() => undefined, toServerError);
    const givenUp = new Promise<ServerError>(resolve => this.loading.set(version, resolve));
    const reason = await Promise.race([loaded.then(() => undefined), givenUp]);
    this.loading.delete(version);
    if (reason !== undefined) {
      this.pending.delete(key);
      void this.loader.retire(version, loaded);
      return reason;
    }
    const failure = await loaded;
    if (failure !== undefined) {
      version.moveTo('failed', failure.message);
      return failure;
    }
    const old = this.serving.get(key);
    version.moveTo('ready');
    this.serving.set(key, version);
    this.pending.delete(key);
    if (old !== undefined) void this.loader.retire(old);
    return undefined;
  }

  /** A version that is wanted again by now stays. */
  private retireUnwanted(keys: ReadonlySet<string>): void {
    const now = keysOf(this.wanted);
    for (const [key, version] of this.serving) {
      if (keys.has(key) || now.has(key)) continue;
      this.serving.delete(key);
      void this.loader.retire(version);
    }
  }
}

function keyOf({ version = '' }: ModelSpec): string {
  return version;
}

function keysOf(specs: readonly ModelSpec[]): ReadonlySet<string> {
  return new Set(specs.map(keyOf));
}

function overtaken(spec: ModelSpec): ServerError {
  return new ServerError('ABORTED', `${modelText(spec)} was unloaded while it was loading`);
}
