import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { GoldenAnswer, GoldenClient, GoldenRequest } from './client.js';

/** Enough for requests to meet in the server. */
const CONNECTIONS = 16;

/** Asks over REST, as JSON. (By node:http: fetch costs several times as much for such small requests.) */
export class RestClient implements GoldenClient {
  readonly transport = 'REST';
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  /** `url`: of the server, without a path. */
  constructor(private readonly url: string) {}

  async inputName(model: string): Promise<string> {
    const { inputs } = (await this.json('GET', model)) as { inputs: readonly { name: string }[] };
    return inputs[0].name;
  }

  async infer({ model, ...body }: GoldenRequest): Promise<readonly GoldenAnswer[]> {
    const { outputs } = (await this.json('POST', `${model}/infer`, body)) as { outputs: readonly GoldenAnswer[] };
    return outputs;
  }

  close(): void {
    this.agent.destroy();
  }

  private async json(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const sent = request(`${this.url}/v2/models/${path}`, { agent: this.agent, method, headers });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = JSON.parse(await text(response)) as { readonly error?: string };
    if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${answer.error}`);
    return answer;
  }
}
