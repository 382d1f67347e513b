import { Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** What the server asks for by Retry-After. */
  readonly retryAfterSeconds?: number;
}

export interface HttpClientOptions {
  readonly connections: number;
  /** Longest silence of the server, from the connection on. */
  readonly timeoutMs: number;
  /** Takes any certificate. */
  readonly insecure: boolean;
}

/** POSTs over connections that are kept. */
export class HttpClient {
  private readonly agent: Agent;

  constructor(
    private readonly url: URL,
    private readonly options: HttpClientOptions,
  ) {
    const { connections: maxSockets, insecure } = options;
    this.agent =
      url.protocol === 'https:'
        ? new TlsAgent({ keepAlive: true, maxSockets, rejectUnauthorized: !insecure })
        : new Agent({ keepAlive: true, maxSockets });
  }

  /** Rejects when there is no answer: no connection, one that ends too early, or silence. */
  async post(body: string, headers: Readonly<Record<string, string | readonly string[]>>): Promise<HttpAnswer> {
    const bytes = Buffer.from(body);
    for (;;) {
      const outcome = await this.send(bytes, headers);
      if (outcome !== 'stale') return outcome;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  /** 'stale': the server closed a kept connection as the request came, which then goes over another. */
  private send(
    body: Buffer,
    headers: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<HttpAnswer | 'stale'> {
    const { url, agent } = this;
    const { timeoutMs } = this.options;
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? requestTls : requestPlain;
      const sent = send(url, {
        agent,
        method: 'POST',
        timeout: timeoutMs,
        headers: { ...headers, 'content-length': body.length },
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve('stale');
        else reject(error);
      });
      sent.on('response', answer => readAnswer(answer).then(resolve, reject));
      sent.end(body);
    });
  }
}

async function readAnswer(answer: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
  return {
    status: answer.statusCode!,
    text: Buffer.concat(chunks).toString(),
    retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  };
}

/** The reason of a failure that is no answer, where several addresses were tried of each. */
export function connectionFailure(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(connectionFailure))].join('; ');
  return error instanceof Error ? error.message : String(error);
}
