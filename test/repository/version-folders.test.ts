import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileRepository } from '../../src/repository/file-repository.js';
import type { RepositoryListing } from '../../src/repository/repository.js';
import { Environment } from '../../src/settings/env.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SKLEARN = { implementation: 'mlserver_sklearn.SKLearnModel' };
const aspired = (range: unknown, settings: object = SKLEARN) => ({ name: 'iris', aspired_version: range, ...settings });
const VERSIONS = {
  'iris/1.0.0/model.joblib': '',
  'iris/1.9.0/model.joblib': '',
  'iris/1.10.0/model.joblib': '',
  'iris/2.0.0/model.joblib': '',
};

function repositoryOf(modelRepositoryRoot: string): FileRepository {
  return new FileRepository({ modelRepositoryRoot, allowUriOutsideRepository: true }, new Environment({}));
}

async function list(t: TestContext, files: Record<string, unknown>) {
  const root = temporaryFolder(t, files);
  return { root, ...(await repositoryOf(root).list()) };
}

const labels = ({ specs }: RepositoryListing) => specs.map(({ name, version }) => `${name}@${version ?? ''}`);
const reasons = ({ failures }: RepositoryListing) =>
  failures.map(({ name, version, error }) => [name, version, error.message]);

test('the newest version folder that fits is served', async t => {
  const cases: [range: string, version: string][] = [
    ['1.x', '1.10.0'],
    ['1.9.x', '1.9.0'],
    ['1.0.0', '1.0.0'],
    ['*', '2.0.0'],
  ];
  for (const [range, version] of cases) {
    const { root, ...listing } = await list(t, { ...VERSIONS, 'iris/model-settings.json': aspired(range) });
    assert.deepEqual([labels(listing), listing.failures, listing.warnings], [[`iris@${version}`], [], []]);
    const [spec] = listing.specs;
    assert.equal(spec.artifact, join(root, 'iris', version, 'model.joblib'));
    assert.equal(spec.folder, join(root, 'iris', version));
  }
});

test('the others are told, unread, and one of them is read when it is asked for', async t => {
  const { root, ...listing } = await list(t, {
    ...VERSIONS,
    'iris/1.11.0/notes.txt': '',
    'iris/2.1.0/notes.txt': '',
    'iris/model-settings.json': aspired('1.x'),
  });
  const reason = "not the newest version that fits aspired_version '1.x'";
  const told = ({ passedOver }: RepositoryListing) => passedOver.map(({ version }) => version);
  assert.deepEqual(listing.passedOver[0], { name: 'iris', version: '1.0.0', reason });
  assert.deepEqual(told(listing), ['1.0.0', '1.9.0', '2.0.0', '2.1.0']);

  const asked = await repositoryOf(root).find('iris', '2.0.0');
  assert.deepEqual(
    [labels(asked), told(asked)],
    [
      ['iris@1.10.0', 'iris@2.0.0'],
      ['1.0.0', '1.9.0', '2.1.0'],
    ],
  );
  const broken = await repositoryOf(root).find('iris', '2.1.0');
  assert.deepEqual(labels(broken), ['iris@1.10.0']);
  assert.deepEqual(reasons(broken)[1], ['iris', '2.1.0', 'iris/2.1.0: there is no model file in the folder']);
  assert.deepEqual(labels(await repositoryOf(root).find('iris', '1.10.0')), ['iris@1.10.0']);
  assert.deepEqual(labels(await repositoryOf(root).find('iris', '../1.0.0')), ['iris@1.10.0']);
});

test('a version says what is different in it, the file above what is common', async t => {
  const parameters = { uri: './weights.bin', content_type: 'np', extra: { predict_fn: 'transform' } };
  const { root, ...listing } = await list(t, {
    'iris/model-settings.json': aspired('1.x', { ...SKLEARN, max_batch_size: 7, platform: 'all', parameters }),
    'iris/1.0.0/weights.bin': '',
    'iris/1.0.0/model-settings.json': {
      implementation: 'mlserver_xgboost.XGBoostModel',
      platform: 'own',
      parameters: { version: 'v1', content_type: 'pd' },
    },
  });
  assert.deepEqual(listing.failures, []);
  const [{ name, version, artifact, implementation, settings }] = listing.specs;
  assert.deepEqual([name, version, implementation.kind], ['iris', 'v1', 'xgboost']);
  assert.equal(artifact, join(root, 'iris/1.0.0/weights.bin'));
  assert.deepEqual([settings.maxBatchSize, settings.platform, settings.parameters.contentType], [7, 'own', 'pd']);
  assert.deepEqual(settings.parameters.extra, { predict_fn: 'transform' });
});

test('without an implementation the files tell, if their names leave no doubt', async t => {
  const { root, ...listing } = await list(t, {
    'a/model-settings.json': { aspired_version: '1.x' },
    'a/1.0.0/model.onnx': '',
    'b/model-settings.json': { aspired_version: '1.x' },
    'b/1.0.0/model.json': '',
  });
  assert.deepEqual([labels(listing), listing.specs[0].implementation.kind], [['a@1.0.0'], 'onnx']);
  assert.match(
    listing.failures[0].error.message,
    /^b\/1\.0\.0: field 'implementation': expected one of mlserver_sklearn/,
  );
});

test('a class may stand beside the version folders', async t => {
  const { root, ...listing } = await list(t, {
    'iris/model-settings.json': aspired('1.x', { implementation: 'my.Model' }),
    'iris/my.ts': '',
    'iris/1.0.0/weights.bin': '',
  });
  const [spec] = listing.specs;
  assert.deepEqual([spec.folder, spec.artifact], [join(root, 'iris'), join(root, 'iris/1.0.0')]);
});

test('what is newer and cannot be read is told, and the next is served', async t => {
  const { root, ...listing } = await list(t, {
    ...VERSIONS,
    'iris/model-settings.json': aspired('1.x'),
    'iris/1.11.0/notes.txt': '',
    'iris/1.12.0/model-settings.json': '{"name": ',
    'iris/1.13.0/model-settings.json': { name: 'other' },
    'iris/2.1.0/model-settings.json': '[',
  });
  assert.deepEqual(labels(listing), ['iris@1.10.0']);
  const told = reasons(listing);
  assert.match(told[1].pop()!, /^iris\/1\.12\.0\/model-settings\.json: expected JSON, found /);
  assert.deepEqual(told, [
    ['iris', '1.11.0', 'iris/1.11.0: there is no model file in the folder'],
    ['iris', '1.12.0'],
    [
      'iris',
      '1.13.0',
      "iris/1.13.0/model-settings.json: field 'name': expected 'iris', as iris/model-settings.json says, found 'other'",
    ],
  ]);
});

test('when no version fits, those that are there are named', async t => {
  const { root, ...listing } = await list(t, {
    ...VERSIONS,
    'iris/model-settings.json': aspired('3.x'),
    'none/model-settings.json': { aspired_version: '1.x' },
    'bad/model-settings.json': { aspired_version: 1.1 },
  });
  assert.deepEqual(reasons(listing), [
    [
      'bad',
      undefined,
      "bad/model-settings.json: field 'aspired_version': expected a range of versions such as '1.x', found 1.1",
    ],
    [
      'iris',
      undefined,
      "iris/model-settings.json: no version of iris fits '3.x': there are 1.0.0, 1.10.0, 1.9.0, 2.0.0",
    ],
    ['none', undefined, "none/model-settings.json: no version of none fits '1.x': there are no version folders"],
  ]);
});

test('links to folders are version folders; other models below and beside go on', async t => {
  const root = temporaryFolder(t, {
    'iris/model-settings.json': aspired('*'),
    'iris/..data/first/model.joblib': '',
    'iris/nested/model-settings.json': SKLEARN,
    'other/model-settings.json': SKLEARN,
  });
  symlinkSync('..data/first', join(root, 'iris/1.0.0'));
  symlinkSync('nowhere', join(root, 'iris/2.0.0'));
  mkdirSync(join(root, 'iris/3.0.0'));
  const listing = await repositoryOf(root).list();
  assert.deepEqual(labels(listing), ['iris@1.0.0', 'nested@', 'other@']);
  assert.deepEqual(reasons(listing), [['iris', '3.0.0', 'iris/3.0.0: there is no model file in the folder']]);
});

test("MLServer's own layout of version folders stays as it was", async t => {
  const version = (v: string) => ({ name: 'sum', ...SKLEARN, parameters: { version: v } });
  const listing = await list(t, {
    'sum/1.0.0/model-settings.json': version('1.0.0'),
    'sum/2.0.0/model-settings.json': version('2.0.0'),
    'sum/model-settings.json': { name: 'sum', ...SKLEARN, aspired_version: null },
  });
  assert.deepEqual(labels(listing), ['sum@', 'sum@1.0.0', 'sum@2.0.0']);
});

test('the root itself may hold version folders', async t => {
  const { root, ...listing } = await list(t, {
    'model-settings.json': { ...SKLEARN, aspired_version: '1.x' },
    '1.0.0/model.joblib': '',
  });
  assert.deepEqual([labels(listing), listing.failures], [[`${basename(root)}@1.0.0`], []]);
});
