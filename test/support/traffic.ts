import { isDeepStrictEqual } from 'node:util';
import type { ServerProcess } from './server-process.js';

/** A request that is asked again and again, and its one right answer. */
export interface Asked {
  readonly model: string;
  readonly body: unknown;
  readonly outputs: unknown;
}

/** Asks models over and over, one request after the other on each of a few connections, until it is stopped. */
export class Traffic {
  answered = 0;
  /** What was no right answer. */
  readonly failures: string[] = [];
  private stopped = false;
  private readonly loops: readonly Promise<void>[];

  constructor(
    private readonly server: ServerProcess,
    requests: readonly Asked[],
  ) {
    this.loops = requests.map(asked => this.repeat(asked));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  private async repeat({ model, body, outputs }: Asked): Promise<void> {
    while (!this.stopped) {
      const answer = await askModel(this.server, model, body).catch((error: unknown) => error);
      if (isDeepStrictEqual(answer, outputs)) this.answered++;
      else this.failures.push(`${model}: ${JSON.stringify(answer)}`);
    }
  }
}

/** The outputs that a model answers; rejects with the server's reason. */
export async function askModel(server: ServerProcess, model: string, body: unknown): Promise<unknown> {
  const response = await server.post(`/v2/models/${model}/infer`, body);
  const answer = (await response.json()) as { readonly outputs?: unknown; readonly error?: string };
  if (!response.ok) throw new Error(`${response.status}: ${answer.error}`);
  return answer.outputs;
}
