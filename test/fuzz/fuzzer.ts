import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { implementationOf } from '../../src/settings/implementations.js';
import { type GoldenCase, modelBytes } from '../support/golden.js';
import { mutant } from './mutant.js';
import type { Answer } from './thread.js';
import type { Attempt } from './try-file.js';

const THREAD = new URL('./thread.js', import.meta.url);
const HEAP_MB = 256;
const SECONDS = 20;

/** Tries damaged model files in a thread, which is replaced when one of them ends it. */
export class Fuzzer {
  private thread: Worker | undefined;

  /** The file that is being tried is `folder/mutant`: after a crash of the process it tells which one it was. */
  constructor(private readonly folder: string) {}

  /** Damages a case's file as the seed says and tries it. */
  async try(golden: GoldenCase, seed: number): Promise<Answer> {
    const { kind } = implementationOf(golden.implementation)!;
    const attempt: Attempt = { path: join(this.folder, 'mutant'), kind, planPath: join(this.folder, 'plan') };
    writeFileSync(attempt.path, mutant(modelBytes(golden), seed));
    this.thread ??= new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    const end = new AbortController();
    const limit = setTimeout(() => end.abort(), SECONDS * 1000);
    try {
      const answered = once(this.thread, 'message', { signal: end.signal });
      this.thread.postMessage(attempt);
      return (await answered)[0] as Answer;
    } catch (error) {
      await this.close();
      const { message } = error as Error;
      return { failure: end.signal.aborted ? `no end after ${SECONDS} s` : `the thread stopped: ${message}` };
    } finally {
      clearTimeout(limit);
    }
  }

  async close(): Promise<void> {
    await this.thread?.terminate();
    this.thread = undefined;
  }
}
