import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

export interface PlainAnswer {
  readonly status: number;
  readonly text: string;
  /** The server says that the connection ends with this answer. */
  readonly last: boolean;
}

/** One connection that asks one POST after another: far cheaper than Node's client, where a test asks thousands. */
export class KeepAliveClient {
  private received: Buffer = Buffer.alloc(0);
  private answered: ((answer: PlainAnswer) => void) | undefined;
  private failed: ((error: Error) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
      this.read();
    });
    socket.on('error', error => this.failed?.(error));
    socket.on('close', () => this.failed?.(new Error('the connection was closed without an answer')));
  }

  static async open(port: number): Promise<KeepAliveClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new KeepAliveClient(socket);
  }

  /** Rejects when the connection ends before the answer is complete. */
  post(path: string, body: string): Promise<PlainAnswer> {
    return new Promise((resolve, reject) => {
      this.answered = resolve;
      this.failed = reject;
      const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
      this.socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(): void {
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.received.toString('latin1', 0, headEnd + 2);
    const bodyAt = headEnd + HEAD_END.length;
    const end = bodyAt + Number(LENGTH.exec(head)?.[1]);
    if (this.received.length < end) return;
    const text = this.received.toString('utf8', bodyAt, end);
    this.received = this.received.subarray(end);
    this.failed = undefined;
    this.answered?.({ status: Number(head.slice(9, 12)), text, last: /\r\nconnection: close\r\n/i.test(head) });
  }
}
