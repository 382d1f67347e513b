import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { errorFromData, ServerError, stopping } from '../core/errors.js';
import type { ConvertAnswer, ConvertTask } from '../wire/messages.js';
import { hashFile } from './hash-file.js';

export interface ConvertPoolOptions {
  /** The built workers/convert.js. */
  readonly filename: string;
  readonly cacheFolder: string;
  /** Tells builds of the converters apart: a plan made by another build is not used. */
  readonly buildId: string;
  readonly timeoutMs: number;
  /** JavaScript heap of a conversion; also the size of the largest file, unpacked. */
  readonly memoryMb: number;
}

/** How long an idle conversion thread lives on: a start with many models uses one thread for all. */
const IDLE_MS = 2_000;

/**
 * Turns artifacts into plan files, once per content: the plan's name is the hash of artifact, kind and build. Conversion runs in
 * a thread of its own with a memory and a time limit, so that a hostile file cannot hurt serving.
 */
export class ConvertPool {
  private threads: Piscina | undefined;
  private lastTurn: Promise<unknown> = Promise.resolve();
  private closing = false;
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly options: ConvertPoolOptions) {}

  /**
   * The path of the plan for this artifact. Rejects with INVALID_ARGUMENT and the reason why it cannot be converted, or ABORTED when
   * the file is written to meanwhile.
   */
  async planFor(artifact: string, kind: string): Promise<string> {
    const { buildId, cacheFolder } = this.options;
    const sha256 = await hashFile(artifact);
    const name = createHash('sha256').update(`${buildId}\n${kind}\n${sha256}`).digest('hex');
    const target = join(cacheFolder, `${name}.plan`);
    const maxBytes = this.options.memoryMb * 2 ** 20;
    let conversion = this.underWay.get(target);
    if (conversion === undefined) {
      conversion = this.convertOnce({ artifact, kind, sha256, maxBytes, target }).finally(() =>
        this.underWay.delete(target),
      );
      this.underWay.set(target, conversion);
    }
    await conversion;
    return target;
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.threads?.destroy();
  }

  private async convertOnce(task: ConvertTask): Promise<void> {
    const known = await access(task.target).then(
      () => true,
      () => false,
    );
    if (known) return;
    await mkdir(this.options.cacheFolder, { recursive: true });
    const answer = await this.inTurn(() => this.run(task));
    if (!answer.ok) throw errorFromData(answer.error);
  }

  /** One after another, so that the time of one does not count for the next. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.lastTurn.then(work);
    this.lastTurn = done.catch(() => {});
    return done;
  }

  private async run(task: ConvertTask): Promise<ConvertAnswer> {
    const { timeoutMs, memoryMb } = this.options;
    if (this.closing) throw stopping();
    // Ending the thread is the only way to stop a conversion; it holds nothing of value.
    const signal = timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined;
    try {
      return (await this.pool().run(task, { signal })) as ConvertAnswer;
    } catch (error) {
      if (this.closing) throw stopping();
      const reason = signal?.aborted
        ? `took longer than ${timeoutMs / 1000} s (conversion_timeout)`
        : `needed more than ${memoryMb} MB (conversion_memory_mb) or stopped its thread`;
      throw new ServerError('INVALID_ARGUMENT', `the conversion of ${task.artifact} ${reason}`, { cause: error });
    }
  }

  private pool(): Piscina {
    if (this.threads === undefined) {
      this.threads = new Piscina({
        filename: this.options.filename,
        minThreads: 0,
        maxThreads: 1,
        idleTimeout: IDLE_MS,
        atomics: 'disabled',
        recordTiming: false,
        workerHistogram: false,
        resourceLimits: { maxOldGenerationSizeMb: this.options.memoryMb },
      });
      // The task that was under way is rejected; this only keeps the process alive.
      this.threads.on('error', () => {});
    }
    return this.threads;
  }
}
