import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { mergeRequests } from '../../src/batching/batch.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { type BytesColumn, isBytes, type Tensor, texts } from '../../src/core/tensor.js';
import { PiscinaPool } from '../../src/pool/piscina-pool.js';
import type { BatchAnswer, LoadAnswer, ModelLogLine, UnloadAnswer } from '../../src/wire/messages.js';
import type { Lifetime } from './lifetime.js';
import { temporaryFolder, writeFile } from './temporary-folder.js';

const THREAD = fileURLToPath(new URL('../../workers/inference.js', import.meta.url));

/** Custom models in a real inference thread, from a folder of their own. */
export class CustomModels {
  private generation = 0;

  private constructor(
    readonly folder: string,
    readonly log: readonly ModelLogLine[],
    private readonly pool: PiscinaPool,
  ) {}

  static async start(t: Lifetime): Promise<CustomModels> {
    const log: ModelLogLine[] = [];
    const pool = new PiscinaPool({ workers: 1, filename: THREAD, log: line => log.push(line) });
    t.after(() => pool.close());
    await new Promise<void>(resolve => pool.start({ joined: () => resolve(), lost: () => {} }));
    return new CustomModels(temporaryFolder(t), log, pool);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) writeFile(`${this.folder}/${path}`, text);
  }

  /** Loads `my_model.MyModel`, or another, as a generation of its own. */
  load(implementation = 'my_model.MyModel', settings: object = {}): Promise<LoadAnswer> {
    const at = implementation.lastIndexOf('.');
    return this.pool.load(0, {
      key: `m@#${++this.generation}`,
      name: 'm',
      version: 'v1',
      runtime: {
        kind: 'custom',
        folder: this.folder,
        module: implementation.slice(0, at),
        className: implementation.slice(at + 1),
        settings: { uri: this.folder, extra: {}, others: {}, inputs: [], outputs: [], ...settings },
      },
    });
  }

  /** Writes and loads what must load. */
  async loaded(files: Readonly<Record<string, string>>, implementation?: string, settings?: object) {
    this.write(files);
    const answer = await this.load(implementation, settings);
    assert.ok(answer.ok, answer.ok ? '' : answer.error.message);
    return answer.model;
  }

  /** Ends what was loaded last, or still loads. */
  unload(): Promise<UnloadAnswer> {
    return this.pool.unload(0, `m@#${this.generation}`);
  }

  /** Asks what was loaded last. */
  ask(request: InferRequest = { inputs: [] }, headers = {}): Promise<BatchAnswer> {
    return this.pool.infer(0, mergeRequests(`m@#${this.generation}`, [request], headers));
  }

  stream(request: InferRequest = { inputs: [] }): AsyncIterator<BatchAnswer, undefined> {
    return this.pool.stream(0, mergeRequests(`m@#${this.generation}`, [request]));
  }

  /** The first value of the first output. */
  async value(request?: InferRequest): Promise<unknown> {
    const answer = await this.ask(request);
    return answer.ok ? firstValue(answer.outputs) : answer.error.message;
  }
}

export function firstValue([{ data }]: readonly Tensor[]): unknown {
  return isBytes(data) ? texts(data as BytesColumn)[0] : data[0];
}

/** The text of an answer with one BYTES output, as models of tests write it. */
export const answerText = (expression: string) =>
  `({ outputs: [{ name: 'y', datatype: 'BYTES', shape: [1], data: [String(${expression})] }] })`;
