import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One answered request, in milliseconds of performance.now. */
export interface Exchange {
  readonly sent: number;
  readonly answered: number;
  readonly ok: boolean;
}

const HEAD_END = '\r\n\r\n';

/** Clients that each ask one request after another on a connection of their own, and note when: autocannon tells no times. */
export class Clients {
  readonly exchanges: Exchange[] = [];
  private readonly sockets: Socket[] = [];
  private readonly message: string;
  private readonly address: URL;

  constructor(url: string, body: string) {
    this.address = new URL(url);
    const head = [
      `POST ${this.address.pathname} HTTP/1.1`,
      'host: localhost',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    this.message = `${head.join('\r\n')}${HEAD_END}${body}`;
  }

  async start(clients: number): Promise<void> {
    for (let i = 0; i < clients; i++) {
      const socket = connect(Number(this.address.port), this.address.hostname);
      await once(socket, 'connect');
      this.sockets.push(socket);
      this.ask(socket);
    }
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private ask(socket: Socket): void {
    const sent = performance.now();
    let text = '';
    const read = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf(HEAD_END);
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < end + HEAD_END.length + length) return;
      socket.off('data', read);
      this.exchanges.push({ sent, answered: performance.now(), ok: text.startsWith('HTTP/1.1 200 ') });
      if (!socket.destroyed) this.ask(socket);
    };
    socket.on('data', read);
    socket.write(this.message);
  }
}
