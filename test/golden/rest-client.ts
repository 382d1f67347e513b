import type { GoldenAnswer, GoldenClient, GoldenRequest } from './client.js';

/** Asks over REST, as JSON. */
export class RestClient implements GoldenClient {
  readonly transport = 'REST';

  /** `url`: of the server, without a path. */
  constructor(private readonly url: string) {}

  async inputName(model: string): Promise<string> {
    const { inputs } = (await this.json(model)) as { inputs: readonly { name: string }[] };
    return inputs[0].name;
  }

  async infer({ model, ...request }: GoldenRequest): Promise<readonly GoldenAnswer[]> {
    const { outputs } = (await this.json(`${model}/infer`, request)) as { outputs: readonly GoldenAnswer[] };
    return outputs;
  }

  close(): void {}

  private async json(path: string, body?: unknown): Promise<unknown> {
    const url = `${this.url}/v2/models/${path}`;
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(url, init);
    const answer = (await response.json()) as { readonly error?: string };
    if (!response.ok) throw new Error(`${response.status}: ${answer.error}`);
    return answer;
  }
}
