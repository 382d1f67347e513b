import assert from 'node:assert/strict';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { digits, requestFor } from '../support/examples.js';
import { suiteLifetime } from '../support/lifetime.js';
import { exampleModels, TestServer } from '../support/server.js';
import { temporaryFolder, writeFile } from '../support/temporary-folder.js';

const EXAMPLES = fileURLToPath(new URL('../../../models', import.meta.url));
const MODEL = readFileSync(join(EXAMPLES, 'mnist-svm/model.joblib'));
const XGBOOST = readFileSync(join(EXAMPLES, 'mushroom-xgboost/model.json'));
const SKLEARN = { implementation: 'mlserver_sklearn.SKLearnModel' };
const settings = (parameters: object = {}, more: object = {}) => ({ ...SKLEARN, parameters, ...more });

interface BadModel {
  readonly what: string;
  /** Written to the folder `bad`. */
  readonly files: Readonly<Record<string, unknown>>;
  /** Links in it: name and where they lead. */
  readonly links?: readonly (readonly [name: string, target: string])[];
  /** What a load is answered. */
  readonly status: number;
  readonly error: RegExp;
}

describe('bad input in the repository and in the names of models', () => {
  const lifetime = suiteLifetime();
  let server: TestServer;
  let outside: string;

  before(async () => {
    outside = temporaryFolder(lifetime, { 'secret.joblib': MODEL, 'secret.txt': 'a secret' });
    server = await TestServer.start(lifetime, {
      settings: { allow_uri_outside_repository: false },
      files: exampleModels({ 'mnist-svm': {} }),
    });
  });

  const post = async (path: string) => {
    const { status, text } = await server.request({ method: 'POST', path });
    return { status, error: text === '' ? '' : (JSON.parse(text).error as string) };
  };

  const theOtherServes = async () => {
    const { status, text } = await server.infer('mnist-svm', requestFor(digits, digits.rows.slice(0, 2)));
    assert.equal(status, 200, text);
    assert.deepEqual(JSON.parse(text).outputs[0].data, digits.predict.slice(0, 2));
  };

  const names = [
    ...[
      '..',
      '../mnist-svm',
      '../../etc/passwd',
      '/etc/passwd',
      '%2e',
      '%2e%2e',
      '%2e%2e%2fmnist-svm',
      '..%2f..%2fetc%2fpasswd',
    ],
    ...[
      '%2fetc%2fpasswd',
      '..%5cmnist-svm',
      '%252e%252e%252fmnist-svm',
      'mnist-svm%00',
      '%00',
      '%0d%0aname',
      'mnist-svm%2f',
    ],
    ...['models%2fmnist-svm', '.%2fmnist-svm', '%c0%ae%c0%ae', '%zz', '__proto__', 'constructor', 'x'.repeat(5000)],
  ];
  for (const name of names) {
    it(`no model is called ${JSON.stringify(name.slice(0, 40))}`, async () => {
      const asked = [
        await post(`/v2/repository/models/${name}/load`),
        await post(`/v2/repository/models/${name}/unload`),
      ];
      asked.push(await server.get(`/v2/models/${name}/ready`).then(({ status, text }) => ({ status, error: text })));
      for (const { status, error } of asked) {
        assert.ok(status === 404 || status === 400 || status === 414, `${status} ${error}`);
        assert.doesNotMatch(error ?? '', /root:/);
      }
      await theOtherServes();
    });
  }

  const outsideError = /: outside of the model repository$/;
  const models: BadModel[] = [
    {
      what: 'settings that are no JSON',
      files: { 'model-settings.json': '{"name": ' },
      status: 404,
      error: /expected JSON, found/,
    },
    {
      what: 'settings that are a list',
      files: { 'model-settings.json': [] },
      status: 404,
      error: /expected a JSON object, found a list/,
    },
    {
      what: 'settings that are a folder',
      files: { 'model-settings.json/x': '' },
      status: 404,
      error: /expected a file, found something else/,
    },
    {
      what: 'settings that are bytes',
      files: { 'model-settings.json': MODEL },
      status: 404,
      error: /expected UTF-8 text|expected at most/,
    },
    {
      what: 'settings behind a link to nothing',
      files: {},
      links: [['model-settings.json', 'nowhere']],
      status: 404,
      error: /a link that leads nowhere/,
    },
    {
      what: 'settings behind links in a circle',
      files: {},
      links: [['model-settings.json', 'model-settings.json']],
      status: 404,
      error: /ELOOP/,
    },
    {
      what: 'settings behind a link out of the repository',
      files: {},
      links: [['model-settings.json', '<outside>/secret.txt']],
      status: 404,
      error: /expected a file in the model repository, found a link out of it$/,
    },
    {
      what: 'a uri that leads upwards',
      files: { 'model-settings.json': settings({ uri: '<up>/secret.joblib' }) },
      status: 422,
      error: outsideError,
    },
    {
      what: 'an absolute uri',
      files: { 'model-settings.json': settings({ uri: '<outside>/secret.joblib' }) },
      status: 422,
      error: outsideError,
    },
    {
      what: 'a percent-encoded uri',
      files: { 'model-settings.json': settings({ uri: 'file:<outside>/%73ecret.joblib' }) },
      status: 422,
      error: outsideError,
    },
    {
      what: 'a uri with NUL',
      files: { 'model-settings.json': settings({ uri: 'model\0.joblib' }) },
      status: 422,
      error: /a path with NUL/,
    },
    {
      what: 'a remote uri',
      files: { 'model-settings.json': settings({ uri: 'https://user:secret@host/m?secret' }) },
      status: 422,
      error: /\(https:\/\/host\/m\): outside of the model repository$/,
    },
    {
      what: 'a link out of the repository',
      files: { 'model-settings.json': SKLEARN },
      links: [['model.joblib', '<outside>/secret.joblib']],
      status: 422,
      error: outsideError,
    },
    {
      what: 'a device',
      files: { 'model-settings.json': SKLEARN },
      links: [['model.joblib', '/dev/zero']],
      status: 422,
      error: /neither a file nor a folder/,
    },
    {
      what: 'a truncated file',
      files: { 'model-settings.json': SKLEARN, 'model.joblib': MODEL.subarray(0, 5000) },
      status: 400,
      error: /model\.joblib: /,
    },
    {
      what: 'an empty file',
      files: { 'model-settings.json': SKLEARN, 'model.joblib': '' },
      status: 400,
      error: /the file is empty/,
    },
    {
      what: "another library's file",
      files: { 'model-settings.json': SKLEARN, 'model.joblib': XGBOOST },
      status: 400,
      error: /a JSON document, not a Python model file/,
    },
    {
      what: 'a file with another checksum',
      files: { 'model-settings.json': settings({ sha256: '0'.repeat(64) }), 'model.joblib': MODEL },
      status: 422,
      error: /the settings say SHA-256 0+, the file is SHA-256/,
    },
    {
      what: 'versions that fit no range',
      files: { 'model-settings.json': { ...SKLEARN, aspired_version: '2.x' }, '1.0.0/model.joblib': MODEL },
      status: 404,
      error: /no version of bad fits '2\.x': there are 1\.0\.0/,
    },
    {
      what: 'a range that is none',
      files: { 'model-settings.json': { ...SKLEARN, aspired_version: '../1' } },
      status: 404,
      error: /field 'aspired_version': expected a range of versions/,
    },
    {
      what: 'a version that is a path',
      files: { 'model-settings.json': settings({ version: '../1' }) },
      status: 404,
      error: /field 'parameters\.version': expected 1 to 255 letters/,
    },
  ];
  for (const { what, files, links = [], status, error } of models) {
    it(`${what}: a clear error, and nothing else is disturbed`, async () => {
      const up = relative(join(server.folder, 'bad'), outside);
      const written = (text: string) => text.replaceAll('<outside>', outside).replaceAll('<up>', up);
      for (const [path, content] of Object.entries(files)) {
        const json =
          typeof content === 'string' || content instanceof Uint8Array ? content : written(JSON.stringify(content));
        writeFile(join(server.folder, 'bad', path), json);
      }
      if (links.length > 0) writeFile(join(server.folder, 'bad/notes.txt'), '');
      for (const [name, target] of links) symlinkSync(written(target), join(server.folder, 'bad', name));
      const answer = await post('/v2/repository/models/bad/load');
      assert.equal(answer.status, status, answer.error);
      assert.match(answer.error, error);
      await theOtherServes();
      rmSync(join(server.folder, 'bad'), { recursive: true });
    });
  }

  it('a name that is a path is known by no path', async () => {
    writeFile(join(server.folder, 'bad/model-settings.json'), { ...SKLEARN, name: '../../etc/passwd' });
    assert.equal((await post('/v2/repository/models/bad/load')).status, 404);
    assert.equal((await post('/v2/repository/models/..%2f..%2fetc%2fpasswd/load')).status, 404);
    await theOtherServes();
  });
});
