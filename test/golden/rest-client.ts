import { exchange, keepAliveAgent } from '../support/http.js';
import type { GoldenAnswer, GoldenClient, GoldenRequest } from './client.js';

/** Enough for requests to meet in the server. */
const CONNECTIONS = 16;

/** Asks over REST, as JSON. */
export class RestClient implements GoldenClient {
  readonly transport = 'REST';
  readonly missingText = true;
  private readonly agent = keepAliveAgent(CONNECTIONS);

  constructor(private readonly port: number) {}

  async inputName(model: string): Promise<string> {
    const { inputs } = (await this.json('GET', model)) as { inputs: readonly { name: string }[] };
    return inputs[0].name;
  }

  async infer({ model, ...body }: GoldenRequest): Promise<readonly GoldenAnswer[]> {
    const answer = await this.json('POST', `${model}/infer`, JSON.stringify(body));
    return (answer as { outputs: readonly GoldenAnswer[] }).outputs;
  }

  close(): void {
    this.agent.destroy();
  }

  private async json(method: 'GET' | 'POST', path: string, body?: string): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const question = { method, path: `/v2/models/${path}`, headers, body, agent: this.agent };
    const { status, text } = await exchange(this.port, question);
    if (status !== 200) throw new Error(`${status}: ${text}`);
    return JSON.parse(text);
  }
}
