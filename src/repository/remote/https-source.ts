import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import {
  badUri,
  failureOfStatus,
  RemoteChanged,
  type RemoteContent,
  type RemoteFile,
  type RemoteListing,
  type RemoteSource,
  unreachable,
} from './remote-source.js';

const MAX_REDIRECTS = 5;
/** What servers answer that know GET only, as those behind signed URLs. */
const HEAD_REFUSED: ReadonlySet<number> = new Set([400, 403, 405, 501]);
const PLAIN_NAME = /^\w[\w.-]*$/;

export interface HttpsSourceOptions {
  /** Certificates (PEM) that are trusted in place of those Node knows. */
  readonly ca?: string;
}

/** Files behind URLs. An ETag tells their states apart, or else the time of the last change. */
export class HttpsSource implements RemoteSource {
  constructor(private readonly options: HttpsSourceOptions = {}) {}

  async find(uri: string, signal: AbortSignal): Promise<RemoteListing> {
    let response = await this.ask(uri, 'HEAD', {}, signal);
    if (HEAD_REFUSED.has(response.statusCode!)) response = await this.ask(uri, 'GET', { range: 'bytes=0-0' }, signal);
    response.destroy();
    if (!isSuccess(response)) throw failureOfStatus(uri, response.statusCode!);
    const file = { key: uri, path: nameOf(uri), byteLength: lengthOf(response), tag: tagOf(response) };
    return { files: [file], isFolder: false };
  }

  async read({ key: uri, tag }: RemoteFile, start: number, signal: AbortSignal): Promise<RemoteContent> {
    const resumed = start > 0 && isStrong(tag);
    const headers = resumed ? { range: `bytes=${start}-`, 'if-range': tag } : {};
    const response = await this.ask(uri, 'GET', headers, signal);
    try {
      if (response.statusCode === 416) throw new RemoteChanged();
      if (!isSuccess(response)) throw failureOfStatus(uri, response.statusCode!);
      if (tagOf(response) !== tag) throw new RemoteChanged();
      if (response.statusCode !== 206) return { bytes: response, start: 0, md5: md5Of(response) };
      if (rangeStart(response) !== start) throw unreachable(uri, 'the store sends another part than was asked for');
      return { bytes: response, start };
    } catch (error) {
      response.destroy();
      throw error;
    }
  }

  /** The answer at the end of all redirects. */
  private async ask(
    uri: string,
    method: string,
    headers: OutgoingHttpHeaders,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    let url = urlOf(uri);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.send(uri, url, method, headers, signal);
      const { location } = response.headers;
      if (!isRedirect(response) || location === undefined) return response;
      response.destroy();
      const next = parseUrl(location, url);
      if (next === undefined || (next.protocol !== 'https:' && next.protocol !== url.protocol)) {
        throw badUri(uri, 'the store redirects to something that is not https');
      }
      url = next;
    }
    throw badUri(uri, `the store redirects more than ${MAX_REDIRECTS} times`);
  }

  private send(
    uri: string,
    url: URL,
    method: string,
    headers: OutgoingHttpHeaders,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // What a server packed on the way would have another length and no parts.
    const all = { 'accept-encoding': 'identity', 'user-agent': 'modelyard', ...headers };
    return new Promise((resolve, reject) => {
      request(url, { method, headers: all, ca: this.options.ca, signal, agent: false }, resolve)
        .on('error', error => reject(unreachable(uri, `no answer (${error.message})`, error)))
        .end();
    });
  }
}

function urlOf(uri: string): URL {
  const url = parseUrl(uri);
  if (url === undefined) throw badUri(uri, 'expected a URL');
  return url;
}

function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
}

/** The last part of the path, if it may be the name of a file. */
function nameOf(uri: string): string {
  const last = urlOf(uri).pathname.split('/').at(-1) ?? '';
  return PLAIN_NAME.test(last) ? last : 'model';
}

function isSuccess({ statusCode }: IncomingMessage): boolean {
  return statusCode === 200 || statusCode === 206;
}

function isRedirect({ statusCode = 0 }: IncomingMessage): boolean {
  return [301, 302, 303, 307, 308].includes(statusCode);
}

function tagOf({ headers }: IncomingMessage): string {
  return headers.etag ?? headers['last-modified'] ?? '';
}

/** Whether bytes of one answer may be put behind those of another: not with a weak ETag, nor without any. */
function isStrong(tag: string): boolean {
  return tag !== '' && !tag.startsWith('W/');
}

/** Of the whole file. */
function lengthOf({ statusCode, headers }: IncomingMessage): number | undefined {
  const text = statusCode === 206 ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

function rangeStart({ headers }: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]);
}

function md5Of({ headers }: IncomingMessage): string | undefined {
  const value = headers['content-md5'];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('hex') : undefined;
}
