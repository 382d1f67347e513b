import { setTimeout as delay } from 'node:timers/promises';
import type { CancelTimer } from '../core/clock.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { KafkaDriver, KafkaListener, KafkaSession } from './driver.js';
import { Relay, type RelayOptions } from './relay.js';

export interface BridgeOptions extends RelayOptions {
  readonly driver: KafkaDriver;
  /** For the log. */
  readonly brokers: string;
  /** A session of which nothing is heard for so long is taken for dead. */
  readonly stallMs: number;
  /** Whether the server is ready only while messages are read. */
  readonly required: boolean;
}

/** Between sessions: doubled from the first to the last. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

/**
 * Keeps a session with the brokers for as long as the server serves. Whatever goes wrong with one - the client gives up, answers
 * cannot be written, nothing is heard for long - it is closed, and another one begins from the last commit.
 */
export class KafkaBridge {
  private readonly stopping = new AbortController();
  private readonly stopped: Promise<undefined>;
  private readonly ended: Promise<void>;
  private readonly tellReadiness: () => void;
  private connected = false;
  /** The trouble that the log tells last. */
  private told = '';
  private endSession: (error: Error) => void = () => {};

  constructor(private readonly options: BridgeOptions) {
    const { dataPlane, required } = options;
    const { signal } = this.stopping;
    this.stopped = new Promise(resolve => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
    this.tellReadiness = required ? dataPlane.readyWhen(() => this.connected) : () => {};
    this.ended = this.run();
  }

  /** Takes no more, and settles when what is under way has been answered and committed. */
  close(): Promise<void> {
    this.stopping.abort();
    return this.ended;
  }

  /** Leaves what is not answered to whoever reads these partitions next. */
  cut(): void {
    this.endSession(new Error('the server has stopped'));
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    // Models that are still loading would be unknown ones.
    await Promise.race([pastStart(this.options.dataPlane), this.stopped]);
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      if (await this.session()) retryMs = FIRST_RETRY_MS;
      await delay(retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** One session from its beginning to its end. False when it did not come about. */
  private async session(): Promise<boolean> {
    const { clock, stallMs, metrics } = this.options;
    let fail: (error: Error) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.endSession = fail;
    const relay = new Relay(this.options, fail);
    let cancelStall: CancelTimer = () => {};
    const alive = () => {
      cancelStall();
      const stalled = new Error(`nothing was heard of the brokers for ${stallMs / 1000} s`);
      cancelStall = clock.at(clock.now() + stallMs, () => fail(stalled));
    };
    let session: KafkaSession | undefined;
    try {
      session = await this.connect(this.listener(relay, alive, fail), failed);
      if (session === undefined) return false;
      alive();
      relay.open(session);
      this.setConnected(true);
      await Promise.race([failed, this.stopped]);
      await Promise.race([failed, relay.finish()]);
    } catch (error) {
      metrics.failures.value++;
      this.tell(error as Error);
    } finally {
      cancelStall();
      relay.abandon();
      this.setConnected(false);
      await session?.close();
      cancelStall();
    }
    return session !== undefined;
  }

  /** Undefined when the server stops first; brokers that cannot be reached do not hold it up. */
  private async connect(listener: KafkaListener, failed: Promise<never>): Promise<KafkaSession | undefined> {
    const connecting = this.options.driver.connect(listener);
    const closeLater = () => void connecting.then(session => session.close()).catch(() => {});
    try {
      const session = await Promise.race([connecting, failed, this.stopped]);
      if (session === undefined) closeLater();
      return session;
    } catch (error) {
      closeLater();
      throw error;
    }
  }

  private listener(relay: Relay, alive: () => void, failed: (error: Error) => void): KafkaListener {
    const { logger, inputTopic } = this.options;
    return {
      assigned(partitions) {
        logger.info(`Reading ${partitions.length} partitions of topic ${inputTopic}: ${partitions.join(', ')}`);
        relay.assigned(partitions);
      },
      batch: batch => relay.batch(batch),
      alive,
      failed,
    };
  }

  private setConnected(connected: boolean): void {
    if (connected === this.connected) return;
    const { metrics, logger, brokers } = this.options;
    this.connected = connected;
    metrics.connected.value = connected ? 1 : 0;
    if (connected) logger.info(`Connected with Kafka at ${brokers}`);
    if (connected) this.told = '';
    this.tellReadiness();
  }

  /** Each trouble once, however often it comes in turn. */
  private tell(error: Error): void {
    const { logger, brokers } = this.options;
    const text = `Kafka at ${brokers}: ${error.message}. Trying again until it works`;
    if (text === this.told) logger.debug(text);
    else logger.warning(text);
    this.told = text;
  }
}

/** Settles when the first load of models has ended. */
function pastStart(dataPlane: DataPlane): Promise<void> {
  return new Promise(resolve => {
    const check = () => {
      if (dataPlane.phase === 'starting') return;
      forget();
      resolve();
    };
    const forget = dataPlane.onPhase(check);
    check();
  });
}
