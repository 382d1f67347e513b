import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.js';
import type { Lifetime } from './lifetime.js';

export interface ServedFile {
  readonly content: Buffer;
  /** Sent as the ETag when it is not undefined. */
  readonly tag?: string;
  /** Whatever else is to be sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a part may be asked for; true unless said otherwise. */
  readonly ranges?: boolean;
}

/** A web server that sends files, parts of them, and does wrong when told to. */
export class FileServer {
  readonly files = new Map<string, ServedFile>();
  /** "GET /model 100-" for each request. */
  readonly requests: string[] = [];
  /** For each answer to GET that is left: after how many bytes the connection is cut. */
  readonly cuts: number[] = [];
  /**
   * What to wait for before a connection is cut on which something was sent, behind the byte `from`: what its client has not
   * read yet is lost.
   */
  beforeCut: (from: number) => Promise<void> = async () => {};
  /** Takes requests over that it answers with true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

  private constructor(readonly url: string) {}

  static async start(t: Lifetime, certificate?: Certificate): Promise<FileServer> {
    const listener = (request: IncomingMessage, response: ServerResponse) => files.answer(request, response);
    const server = certificate === undefined ? createHttpServer(listener) : createHttpsServer(certificate, listener);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const files = new FileServer(`${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`);
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return files;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', headers } = request;
    const path = request.url!.replace(/\?.*/, '');
    this.requests.push(
      `${method} ${path}${headers.range === undefined ? '' : ` ${headers.range.slice('bytes='.length)}`}`,
    );
    if (this.intercept(request, response)) return;
    const file = this.files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    const { content, tag, ranges = true } = file;
    const sent: Record<string, string> = { ...file.headers, ...(tag !== undefined && { etag: tag }) };
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const same = headers['if-range'] === undefined || headers['if-range'] === tag;
    const part = ranges && same && first !== '';
    const end = part && last !== '' ? Number(last) + 1 : content.length;
    const body = part ? content.subarray(Number(first), end) : content;
    if (part) sent['content-range'] = `bytes ${first}-${end - 1}/${content.length}`;
    response.writeHead(part ? 206 : 200, { 'content-length': body.length, ...sent });
    const cut = method === 'GET' ? this.cuts.shift() : undefined;
    if (method === 'HEAD') response.end();
    else if (cut === undefined) response.end(body);
    else {
      response.write(body.subarray(0, cut), async () => {
        if (cut > 0) await this.beforeCut(part ? Number(first) : 0);
        response.socket?.end();
      });
    }
  }
}
