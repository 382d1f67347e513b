import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface HttpQuestion {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Without one the connection is the question's own and ends with it. */
  readonly agent?: Agent;
}

const HOST = '127.0.0.1';

/** One HTTP exchange with a server on this machine. Rejects when the connection breaks before the answer is complete. */
export function exchange(
  port: number,
  { method = 'GET', path, headers, body, agent }: HttpQuestion,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: HOST, port, method, path, headers, agent: agent ?? false }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const bytes = Buffer.concat(chunks);
        resolve({ status, headers, text: bytes.toString(), bytes });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Keeps up to `connections` connections open; `destroy` it at the end. */
export function keepAliveAgent(connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections });
}

/** A bare connection, for what no HTTP client would send. Collects what the server says. */
export class RawConnection {
  private received = '';
  private waiting: (() => void)[] = [];
  /** The server ended the connection, or broke it. */
  closed = false;

  private constructor(readonly socket: Socket) {
    const wake = () => {
      for (const resolve of this.waiting.splice(0)) resolve();
    };
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
      wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      wake();
    });
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, HOST);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawConnection(socket)));
    });
  }

  /** What came so far. */
  get text(): string {
    return this.received;
  }

  send(bytes: string | Uint8Array): void {
    if (!this.closed) this.socket.write(bytes);
  }

  /** What has come when it matches, or the connection is closed. */
  async until(pattern: RegExp): Promise<string> {
    while (!this.closed && !pattern.test(this.received)) {
      await new Promise<void>(resolve => this.waiting.push(resolve));
    }
    return this.received;
  }

  /** All that the server says until it closes. */
  async untilClosed(): Promise<string> {
    while (!this.closed) await new Promise<void>(resolve => this.waiting.push(resolve));
    return this.received;
  }

  destroy(): void {
    this.socket.destroy();
  }
}
