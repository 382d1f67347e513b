import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ServerError } from '../../../src/core/errors.js';
import { HttpsSource } from '../../../src/repository/remote/https-source.js';
import { RemoteStore, type RemoteStoreOptions } from '../../../src/repository/remote/remote-store.js';
import { type Certificate, selfSigned } from '../../support/certificate.js';
import { FileServer, type ServedFile } from '../../support/file-server.js';
import { type Lifetime, suiteLifetime } from '../../support/lifetime.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
const OTHER = Buffer.from(CONTENT).reverse();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('base64');

const lifetime = suiteLifetime();
const certificate: Certificate | undefined = selfSigned(lifetime);

class Setting {
  readonly warnings: string[] = [];
  readonly folder: string;

  constructor(
    t: Lifetime,
    readonly server: FileServer,
  ) {
    this.folder = temporaryFolder(t);
  }

  static async with(t: Lifetime, file: ServedFile): Promise<Setting> {
    const setting = new Setting(t, await FileServer.start(t, certificate));
    setting.server.files.set('/model.joblib', file);
    setting.server.beforeCut = from => until(() => setting.bytesKept() > from);
    return setting;
  }

  get uri(): string {
    return `${this.server.url}/model.joblib`;
  }

  /** As after a start of the server. */
  store(options: Partial<RemoteStoreOptions> = {}): RemoteStore {
    const open = async () => new HttpsSource({ ca: certificate?.cert });
    return new RemoteStore({
      folder: this.folder,
      sources: new Map([
        ['https', open],
        ['http', open],
      ]),
      warn: message => this.warnings.push(message),
      maxBytes: 1_000_000,
      idleTimeoutMs: 60_000,
      retryDelayMs: 1,
      ...options,
    });
  }

  /** In all files of the cache. */
  bytesKept(): number {
    const files = readdirSync(this.folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
    return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  }

  /** What lies in the cache for the only URI, by name. */
  states(): string[] {
    return readdirSync(this.folder).flatMap(uri => readdirSync(join(this.folder, uri)));
  }
}

/** The first byte that a request asks for. */
const startOf = (request: string) => Number(/ (\d+)-$/.exec(request)?.[1] ?? 0);

const failure = (code: string, message: RegExp) => (error: ServerError) => {
  assert.match(error.message, message);
  assert.equal(error.code, code);
  assert.doesNotMatch(error.message, /secret/);
  return true;
};

describe('models over https', {
  skip: certificate === undefined && 'there is no openssl to make a certificate with',
}, () => {
  it('are fetched once, however many ask, and kept from start to start', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const store = setting.store();
    const paths = await Promise.all([store.fetch(setting.uri), store.fetch(setting.uri), store.fetch(setting.uri)]);
    assert.deepEqual(new Set(paths).size, 1);
    assert.match(paths[0], /\/model\.joblib$/);
    assert.deepEqual(readFileSync(paths[0]), CONTENT);
    assert.equal(await setting.store().fetch(setting.uri), paths[0]);
    assert.deepEqual(setting.server.requests, ['HEAD /model.joblib', 'GET /model.joblib', 'HEAD /model.joblib']);
  });

  it('go on where the connection was cut', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    setting.server.cuts.push(100_000, 50_000);
    assert.deepEqual(readFileSync(await setting.store().fetch(setting.uri)), CONTENT);
    const [, first, second, third] = setting.server.requests.map(startOf);
    assert.ok(first === 0 && second > 0 && third > second, `began at ${first}, ${second}, ${third}`);
  });

  it('go on after a new start as well', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    setting.server.cuts.push(100_000, 0, 0, 0, 0);
    await assert.rejects(setting.store().fetch(setting.uri), failure('UNAVAILABLE', /connection was cut/));
    setting.server.requests.length = 0;
    setting.server.cuts.length = 0;
    assert.deepEqual(readFileSync(await setting.store().fetch(setting.uri)), CONTENT);
    assert.equal(setting.server.requests.length, 2);
    assert.ok(startOf(setting.server.requests[1]) > 0);
  });

  it('begin anew where the server sends no parts, and where a weak tag does not tell bytes apart', async t => {
    for (const file of [
      { content: CONTENT, tag: '"one"', ranges: false },
      { content: CONTENT, tag: 'W/"one"' },
      { content: CONTENT },
    ]) {
      const setting = await Setting.with(t, file);
      setting.server.cuts.push(100_000);
      assert.deepEqual(readFileSync(await setting.store().fetch(setting.uri)), CONTENT);
    }
  });

  it('take the time of the last change where there is no tag', async t => {
    const headers = { 'last-modified': 'Sat, 21 Nov 2026 03:00:00 GMT' };
    const setting = await Setting.with(t, { content: CONTENT, headers });
    const store = setting.store();
    await store.fetch(setting.uri);
    await store.fetch(setting.uri);
    assert.equal(setting.server.requests.filter(request => request.startsWith('GET')).length, 1);
  });

  it('that change while they are fetched are fetched as they are then', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const { server } = setting;
    server.cuts.push(100_000);
    server.intercept = request => {
      if (request.headers.range !== undefined) server.files.set('/model.joblib', { content: OTHER, tag: '"two"' });
      return false;
    };
    assert.deepEqual(readFileSync(await setting.store().fetch(setting.uri)), OTHER);
    assert.equal(setting.states().length, 1);
  });

  it('that never stand still are given up', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"0"' });
    let changes = 0;
    setting.server.intercept = () => {
      setting.server.files.set('/model.joblib', { content: CONTENT, tag: `"${++changes}"` });
      return false;
    };
    await assert.rejects(setting.store().fetch(setting.uri), failure('FAILED_PRECONDITION', /changes faster/));
  });

  it('are another state with another tag; the states before are kept for a while', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"1"' });
    const store = setting.store();
    const states = new Set<string>();
    const paths: string[] = [];
    for (let i = 1; i <= 5; i++) {
      setting.server.files.set('/model.joblib', { content: Buffer.from(`model ${i}`), tag: `"${i}"` });
      states.add(await store.stateOf(setting.uri));
      paths.push(await store.fetch(setting.uri));
      assert.equal(readFileSync(paths.at(-1)!, 'utf8'), `model ${i}`);
    }
    assert.deepEqual([states.size, setting.states().length, existsSync(paths[3])], [5, 3, true]);
    assert.equal(await store.stateOf(setting.uri), [...states].at(-1));
  });

  it('that are refused or missing are told without what is secret in the URI, and not tried again', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const withSecret = `${setting.server.url.replace('://', '://user:secret@')}/none?signature=secret`;
    await assert.rejects(
      setting.store().fetch(withSecret),
      failure('FAILED_PRECONDITION', /^https:\/\/127\.0\.0\.1:\d+\/none: there is nothing of that name \(404\)$/),
    );
    assert.equal(setting.server.requests.length, 1);
    setting.server.intercept = (_request, response) => {
      response.writeHead(403).end();
      return true;
    };
    await assert.rejects(
      setting.store().fetch(setting.uri),
      failure('FAILED_PRECONDITION', /access is refused \(403\)/),
    );
    assert.deepEqual(setting.states(), []);
  });

  it('behind addresses that know GET only are found all the same', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    setting.server.intercept = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(403).end();
      return method === 'HEAD';
    };
    assert.deepEqual(readFileSync(await setting.store().fetch(setting.uri)), CONTENT);
    assert.deepEqual(setting.server.requests[1], 'GET /model.joblib 0-0');
  });

  it('are served from the cache when the store is out of reach, with a warning', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const path = await setting.store().fetch(setting.uri);
    setting.server.intercept = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    assert.equal(await setting.store().fetch(setting.uri), path);
    assert.match(setting.warnings[0], /the store answers 503; what was fetched before is served$/);
    setting.server.files.set('/model.joblib', { content: OTHER, tag: '"two"' });
    setting.server.intercept = ({ method }, response) => {
      if (method === 'GET') response.destroy();
      return method === 'GET';
    };
    assert.equal(await setting.store().fetch(setting.uri), path);
  });

  it('are served as they were last heard of, not as they were last fetched', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const store = setting.store();
    const path = await store.fetch(setting.uri);
    for (const [content, tag] of [
      [OTHER, '"two"'],
      [CONTENT, '"one"'],
    ] as const) {
      setting.server.files.set('/model.joblib', { content, tag });
      if (tag === '"two"') await store.fetch(setting.uri);
      else await store.stateOf(setting.uri);
    }
    setting.server.intercept = (_request, response) => {
      response.destroy();
      return true;
    };
    assert.equal(await setting.store().fetch(setting.uri), path);
  });

  it('whose bytes are not what the store says are refused', async t => {
    const headers = { 'content-md5': md5(OTHER) };
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"', headers });
    await assert.rejects(setting.store().fetch(setting.uri), failure('FAILED_PRECONDITION', /what came has MD5 /));
    assert.deepEqual(setting.states(), []);
    setting.server.files.set('/model.joblib', {
      content: CONTENT,
      tag: '"one"',
      headers: { 'content-md5': md5(CONTENT) },
    });
    await setting.store().fetch(setting.uri);
  });

  it('must have the SHA-256 of the settings; with it nobody has to be asked again', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    await assert.rejects(
      setting.store().fetch(setting.uri, sha256(OTHER)),
      failure('FAILED_PRECONDITION', /the file has SHA-256 .*, the settings say /),
    );
    assert.deepEqual(setting.states(), []);
    const path = await setting.store().fetch(setting.uri, sha256(CONTENT));
    setting.server.requests.length = 0;
    assert.equal(await setting.store().fetch(setting.uri, sha256(CONTENT)), path);
    assert.deepEqual(setting.server.requests, []);
  });

  it('must have the SHA-256 of the settings too when they are in the cache already', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const path = await setting.store().fetch(setting.uri);
    await assert.rejects(
      setting.store().fetch(setting.uri, sha256(OTHER)),
      failure('FAILED_PRECONDITION', /the file has SHA-256 .*, the settings say /),
    );
    assert.equal(await setting.store().fetch(setting.uri, sha256(CONTENT)), path);
  });

  it('that were damaged in the cache are fetched again', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const path = await setting.store().fetch(setting.uri);
    for (const damaged of [OTHER, CONTENT.subarray(1)]) {
      writeFileSync(path, damaged);
      assert.deepEqual(readFileSync(await setting.store().fetch(setting.uri)), CONTENT);
    }
  });

  it('larger than the limit are refused, announced or not', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const limited = failure('RESOURCE_EXHAUSTED', /more than 1000 bytes \(download_max_bytes\)$/);
    await assert.rejects(setting.store({ maxBytes: 1000 }).fetch(setting.uri), limited);
    assert.equal(setting.server.requests.length, 1);
    setting.server.intercept = ({ method }, response) => {
      response.writeHead(200, { etag: '"one"' });
      response.end(method === 'GET' ? CONTENT : undefined);
      return true;
    };
    await assert.rejects(setting.store({ maxBytes: 1000 }).fetch(setting.uri), limited);
    assert.deepEqual(setting.states(), []);
  });

  it('that stop coming are given up after a while', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    setting.server.intercept = ({ method }, response) => {
      if (method === 'GET') response.writeHead(200, { etag: '"one"' }).write('x');
      return method === 'GET';
    };
    await assert.rejects(
      setting.store({ idleTimeoutMs: 100 }).fetch(setting.uri),
      failure('UNAVAILABLE', /nothing came for 0\.1 s \(download_timeout\)$/),
    );
  });

  it('are redirected to https only', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    let location = '/model.joblib';
    setting.server.intercept = (request, response) => {
      if (request.url !== '/moved') return false;
      response.writeHead(302, { location }).end();
      return true;
    };
    const moved = `${setting.server.url}/moved`;
    assert.deepEqual(readFileSync(await setting.store().fetch(moved)), CONTENT);
    location = 'http://127.0.0.1:1/model.joblib';
    await assert.rejects(
      setting.store().fetch(moved),
      failure('FAILED_PRECONDITION', /redirects to something that is not https/),
    );
    location = '/moved';
    await assert.rejects(setting.store().fetch(moved), failure('FAILED_PRECONDITION', /redirects more than 5 times/));
  });

  it('from a server nobody vouches for are refused', async t => {
    const setting = await Setting.with(t, { content: CONTENT, tag: '"one"' });
    const sources = new Map([['https', async () => new HttpsSource()]]);
    await assert.rejects(
      setting.store({ sources }).fetch(setting.uri),
      failure('UNAVAILABLE', /self-signed certificate/),
    );
  });
});

describe('models over http', () => {
  it('need a checksum in the settings', async t => {
    const server = await FileServer.start(t);
    server.files.set('/model.joblib', { content: CONTENT });
    const setting = new Setting(t, server);
    await assert.rejects(
      setting.store().fetch(setting.uri),
      failure('FAILED_PRECONDITION', /http is only for files whose 'sha256' stands in the settings/),
    );
    assert.deepEqual(readFileSync(await setting.store().fetch(setting.uri, sha256(CONTENT))), CONTENT);
  });
});
