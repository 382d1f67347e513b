import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { convertFile } from '../src/convert/convert-file.js';
import type { RepositoryIndexItem } from '../src/core/protocol.js';
import { type MaliciousCase, maliciousCases } from './support/malicious.js';
import { ServerProcess } from './support/server-process.js';
import { temporaryFolder, writeFile } from './support/temporary-folder.js';
import { type Asked, askModel, Traffic } from './support/traffic.js';

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url));
/** Models that go on serving, and the columns of their rows. */
const GOOD = { 'mnist-svm': 64, 'mushroom-xgboost': 126 };
/** What a file must not do leaves a file of this name. */
const MARKER = 'golden-marker';
/** How much more memory an attempt may seem to take: the other models serve meanwhile. */
const OTHERS_MEGABYTES = 64;
const MEGABYTE = 2 ** 20;

describe('hostile files beside good models', () => {
  const cases = maliciousCases();
  const root = temporaryFolder({ after });
  // Some files try to write two folders up.
  const folder = join(root, 'a', 'b', 'repository');
  const settings = { cache_dir: join(root, 'cache') };
  for (const model of Object.keys(GOOD)) cpSync(join(MODELS, model), join(folder, model), { recursive: true });
  let asked: Asked[];

  describe('within bounds of time and memory, by a server under load', () => {
    let server: ServerProcess;
    let traffic: Traffic;
    before(async () => {
      server = await ServerProcess.start(folder, { ...settings, conversion_memory_mb: 64 });
      for (const model of Object.keys(GOOD)) await server.settled(model);
      asked = await Promise.all(Object.entries(GOOD).map(([model, columns]) => rightAnswer(server, model, columns)));
      traffic = new Traffic(server, asked);
    });
    after(() => server.stop());

    for (const one of cases.filter(({ seconds, megabytes }) => seconds !== undefined || megabytes !== undefined)) {
      it(`${one.file}: ${one.what}`, async () => {
        layOut(folder, one);
        const memory = server.memory();
        const started = performance.now();
        const response = await server.post(`/v2/repository/models/${one.file}/load`, {});
        const seconds = (performance.now() - started) / 1000;
        const megabytes = ((server.memory()?.peak ?? 0) - (memory?.now ?? 0)) / MEGABYTE;
        assert.equal(response.ok, false, 'it is served');
        const { error } = (await response.json()) as { error: string };
        checkReason(one, error);
        if (one.must.includes('limit')) assert.match(error, /limit/);
        assert.ok(seconds <= (one.seconds ?? 60), `took ${seconds} s`);
        assert.ok(megabytes <= (one.megabytes ?? 256) + OTHERS_MEGABYTES, `took ${megabytes} MB`);
      });
    }

    it('the good models answered every request meanwhile', async () => {
      await traffic.stop();
      assert.deepEqual(traffic.failures, []);
      assert.ok(traffic.answered > 0);
    });

    it('the process lives, and stops when it is asked to', async () => {
      assert.ok(server.running);
      assert.equal(await server.stop(), 0);
    });
  });

  it(`all ${cases.length} are refused when a server finds them at its start, while the good models serve`, async () => {
    for (const one of cases) layOut(folder, one);
    const server = await ServerProcess.start(folder, settings);
    for (const { model } of asked) await server.settled(model);
    const traffic = new Traffic(server, asked);
    for (const { file } of cases) await server.settled(file);
    await traffic.stop();
    const index = await server.post('/v2/repository/index', {});
    const models = (await index.json()) as readonly RepositoryIndexItem[];
    assert.equal(await server.stop(), 0);
    assert.deepEqual(traffic.failures, []);
    for (const one of cases) {
      const { state, reason } = models.find(({ name }) => name === one.file)!;
      if (state === 'READY') assert.ok(mayLoad(one), `${one.file} is served`);
      else checkReason(one, reason);
    }
  });

  it('nothing in them was run', () => {
    const files = readdirSync(root, { recursive: true });
    assert.deepEqual(
      files.filter(name => String(name).includes(MARKER)),
      [],
    );
  });

  for (const one of cases.filter(({ must }) => must.includes('Object.prototype'))) {
    it(`${one.file} adds nothing to Object.prototype`, async () => {
      const known = Object.getOwnPropertyNames(Object.prototype);
      await convertFile(one.path, one.implementation.includes('XGBoost') ? 'xgboost' : 'sklearn').catch(() => {});
      assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), known);
    });
  }
});

function mayLoad({ must }: MaliciousCase): boolean {
  return /^refused or loaded|never looked at/.test(must);
}

function checkReason({ file, mentions }: MaliciousCase, reason: string): void {
  assert.ok(reason.includes(file), reason);
  assert.ok(reason.includes(mentions ?? ''), reason);
}

function layOut(folder: string, { file, path, implementation }: MaliciousCase): void {
  const settings = { name: file, implementation, parameters: { uri: `./${file}` } };
  writeFile(join(folder, 'hostile', file, 'model-settings.json'), settings);
  cpSync(path, join(folder, 'hostile', file, file));
}

async function rightAnswer(server: ServerProcess, model: string, columns: number): Promise<Asked> {
  const data = Array.from({ length: columns }, (_, i) => (i * 7) % 17);
  const body = { inputs: [{ name: 'predict', shape: [1, columns], datatype: 'FP32', data }] };
  return { model, body, outputs: await askModel(server, model, body) };
}
