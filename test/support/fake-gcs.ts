import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lifetime } from './lifetime.js';

interface StoredObject {
  readonly content: Buffer;
  readonly generation: number;
}

/** As much of Google Cloud Storage's JSON interface as reading takes; buckets need not be made. */
export class FakeGcs {
  /** By `bucket/name`. */
  private readonly objects = new Map<string, StoredObject>();
  private generation = 1_700_000_000_000_000;
  /** For each download still to come: after how many bytes it is cut. */
  readonly cuts: number[] = [];
  /** The ranges that were asked for. */
  readonly ranges: string[] = [];

  private constructor(readonly url: string) {}

  static async start(t: Lifetime): Promise<FakeGcs> {
    const server = createServer((request, response) => store.answer(request, response));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const store = new FakeGcs(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return store;
  }

  put(bucket: string, name: string, content: Buffer | string): void {
    this.objects.set(`${bucket}/${name}`, { content: Buffer.from(content), generation: ++this.generation });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, this.url);
    const [, bucket = '', name] = /\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (name === undefined)
      return sendJson(response, 200, { items: this.below(bucket, url.searchParams.get('prefix') ?? '') });
    const key = decodeURIComponent(name);
    const object = this.objects.get(`${bucket}/${key}`);
    const wanted = url.searchParams.get('generation');
    if (object === undefined || (wanted !== null && wanted !== `${object.generation}`)) {
      return sendJson(response, 404, { error: { code: 404, message: `No such object: ${bucket}/${key}` } });
    }
    if (url.searchParams.get('alt') !== 'media') return sendJson(response, 200, metadata(bucket, key, object));
    this.send(request, response, object.content);
  }

  private send({ headers: { range = '' } }: IncomingMessage, response: ServerResponse, content: Buffer): void {
    this.ranges.push(range);
    const start = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
    const body = content.subarray(start);
    const part = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length, ...(start > 0 && part) });
    const cut = this.cuts.shift();
    if (cut === undefined) response.end(body);
    else response.write(body.subarray(0, cut), () => response.socket?.end());
  }

  private below(bucket: string, prefix: string): unknown[] {
    const found = [...this.objects].filter(([key]) => key.startsWith(`${bucket}/${prefix}`));
    return found.map(([key, object]) => metadata(bucket, key.slice(bucket.length + 1), object));
  }
}

function metadata(bucket: string, name: string, { content, generation }: StoredObject): unknown {
  const md5Hash = createHash('md5').update(content).digest('base64');
  return { kind: 'storage#object', bucket, name, size: `${content.length}`, generation: `${generation}`, md5Hash };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
