import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ListRepository } from '../../src/repository/list-repository.js';
import type { RepositoryListing } from '../../src/repository/repository.js';
import { Environment } from '../../src/settings/env.js';
import { temporaryFolder, writeFile } from '../support/temporary-folder.js';

const ENTRY = {
  model_name: 'simple_text',
  aspired_version: '1.x',
  load_type: 'SHARE',
  load_url: 'data/models',
  servable_name: 'text_input',
};
const FOLDER = 'data/models/simple_text';

interface Options {
  anywhere?: boolean;
  workingDirectory?: string;
}

async function list(t: TestContext, models: unknown, files: object = {}, options: Options = {}) {
  const root = temporaryFolder(t, { 'models.json': models, ...files });
  const { anywhere: allowUriOutsideRepository = true, workingDirectory } = options;
  const path = join(root, 'models.json');
  const repository = new ListRepository(path, { allowUriOutsideRepository }, new Environment({}), workingDirectory);
  return { root, repository, ...(await repository.list()) };
}

const labels = ({ specs }: RepositoryListing) => specs.map(({ name, version }) => `${name}@${version ?? ''}`);
const reasons = ({ failures, root }: RepositoryListing & { root: string }) =>
  failures.map(({ name, error }) => [name, error.message.replace(`${root}/`, '')]);

test('a list of models names ranges of versions', async t => {
  const { root, repository, ...listing } = await list(t, [ENTRY], {
    [`${FOLDER}/1.0.0/model.joblib`]: '',
    [`${FOLDER}/1.1.0/model.joblib`]: '',
    [`${FOLDER}/2.0.0/model.joblib`]: '',
    'data/models/not-in-the-list/1.0.0/model.joblib': '',
  });
  assert.deepEqual([labels(listing), listing.failures, listing.warnings], [['simple_text@1.1.0'], [], []]);
  assert.equal(listing.specs[0].artifact, join(root, FOLDER, '1.1.0/model.joblib'));
  assert.equal(listing.specs[0].implementation.kind, 'sklearn');
  assert.equal((await repository.find('simple_text')).specs.length, 1);
  assert.equal((await repository.find('not-in-the-list')).specs.length, 0);
});

test('one model may be wanted in several ranges', async t => {
  const ranges = ['1.x', '2.x', '1.1.x'].map(aspired_version => ({ ...ENTRY, aspired_version }));
  const { root, repository, ...listing } = await list(t, ranges, {
    [`${FOLDER}/1.0.0/model.joblib`]: '',
    [`${FOLDER}/1.1.0/model.joblib`]: '',
    [`${FOLDER}/2.0.0/model.joblib`]: '',
  });
  assert.deepEqual([labels(listing), listing.failures], [['simple_text@1.1.0', 'simple_text@2.0.0'], []]);
  assert.deepEqual([...new Set(listing.passedOver.map(({ version }) => version))], ['1.0.0']);
  assert.deepEqual(labels(await repository.find('simple_text', '1.0.0')).toSorted(), [
    'simple_text@1.0.0',
    'simple_text@1.1.0',
    'simple_text@2.0.0',
  ]);
});

test('settings in the folders come before the servable, and the servable before the names of files', async t => {
  const files = { [`${FOLDER}/1.0.0/model.json`]: '' };
  const kind = async (servable_name: unknown, more: object = {}) => {
    const { specs, failures } = await list(t, [{ ...ENTRY, servable_name }], { ...files, ...more });
    assert.deepEqual(failures, []);
    return specs[0].implementation.kind;
  };
  const settings = (implementation: string) => ({ implementation });
  assert.equal(await kind('xgboost'), 'xgboost');
  assert.equal(await kind('mlserver_catboost.CatboostModel'), 'catboost');
  assert.equal(await kind(null, { [`${FOLDER}/1.0.0/MLmodel`]: '' }), 'mlflow');
  const common = { [`${FOLDER}/model-settings.json`]: settings('mlserver_xgboost.XGBoostModel') };
  assert.equal(await kind('catboost', common), 'xgboost');
  const own = { [`${FOLDER}/1.0.0/model-settings.json`]: settings('mlserver_lightgbm.LightGBMModel') };
  assert.equal(await kind('catboost', { ...common, ...own, [`${FOLDER}/1.0.0/model.txt`]: '' }), 'lightgbm');
});

test('a servable may be a class in a module of its name', async t => {
  for (const place of ['data/models', FOLDER, `${FOLDER}/1.0.0`]) {
    const { root, repository, ...listing } = await list(t, [ENTRY], {
      [`${FOLDER}/1.0.0/model.joblib`]: '',
      [`${place}/text_input.ts`]: '',
    });
    const [{ implementation, folder, artifact }] = listing.specs;
    assert.deepEqual(implementation, { kind: 'custom', module: 'text_input', className: 'TextInputModel' });
    assert.deepEqual([folder, artifact], [join(root, place), join(root, FOLDER, '1.0.0')]);
  }
});

test('what an entry cannot be is told, and the others go on', async t => {
  const { repository, ...listing } = await list(
    t,
    [
      { ...ENTRY, load_type: 'S3' },
      { ...ENTRY, model_name: '../../etc' },
      { ...ENTRY, model_name: undefined },
      { ...ENTRY, aspired_version: 'newest' },
      { ...ENTRY, load_url: undefined },
      'simple_text',
      { ...ENTRY, model_name: 'gone' },
      { ...ENTRY, aspired_version: '7.x' },
      ENTRY,
    ],
    { [`${FOLDER}/1.0.0/model.joblib`]: '' },
  );
  assert.deepEqual(labels(listing), ['simple_text@1.0.0']);
  const place = ([, message]: (string | undefined)[]) => Number(/\[(\d)\]/.exec(message ?? '')?.[1]);
  const told = reasons(listing).sort((one, other) => place(one) - place(other));
  assert.deepEqual(told, [
    [
      'simple_text',
      `models.json: field '[0].load_type': expected SHARE (a folder, local or mounted); for other places give the model a uri in its model-settings.json, found "S3"`,
    ],
    [
      '../../etc',
      `models.json: field '[1].model_name': expected 1 to 255 letters, digits, blanks and any of _ - + : . (no '.' or blank first), found "../../etc"`,
    ],
    [
      undefined,
      `models.json: field '[2].model_name': expected 1 to 255 letters, digits, blanks and any of _ - + : . (no '.' or blank first), found nothing`,
    ],
    [
      'simple_text',
      `models.json: field '[3].aspired_version': expected a range of versions such as '1.x', found "newest"`,
    ],
    ['simple_text', `models.json: field '[4].load_url': expected a string, found nothing`],
    [undefined, `models.json: field '[5]': expected an object, found "simple_text"`],
    ['gone', `models.json: [6]: there is no folder 'gone' in load_url 'data/models'`],
    ['simple_text', `models.json: [7]: no version of simple_text fits '7.x': there are 1.0.0`],
  ]);
});

test('a list that is none is refused', async t => {
  await assert.rejects(list(t, {}), /models\.json: expected a JSON list of models, found an object$/);
  await assert.rejects(list(t, '[{'), /models\.json: expected JSON, found /);
  const missing = new ListRepository('/nowhere/models.json', { allowUriOutsideRepository: true }, new Environment({}));
  await assert.rejects(missing.list(), {
    message: '/nowhere/models.json: expected a file with a JSON list of models, found nothing',
  });
});

test('a list that breaks later is told of every model that was in it', async t => {
  const { root, repository } = await list(t, [ENTRY, { ...ENTRY, model_name: 'other' }]);
  writeFile(join(root, 'models.json'), '[');
  const { specs, failures } = await repository.list();
  assert.deepEqual([specs, failures.map(({ name }) => name)], [[], ['simple_text', 'other']]);
  assert.match(failures[0].error.message, /models\.json: expected JSON, found /);
});

test('load_url is relative to the list, or else to the working directory', async t => {
  const workingDirectory = temporaryFolder(t, { [`${FOLDER}/1.0.0/model.joblib`]: '' });
  const elsewhere = await list(t, [ENTRY], {}, { workingDirectory });
  assert.equal(elsewhere.specs[0].folder, join(workingDirectory, FOLDER, '1.0.0'));
  const beside = await list(t, [ENTRY], { [`${FOLDER}/1.2.0/model.joblib`]: '' }, { workingDirectory });
  assert.equal(beside.specs[0].version, '1.2.0');
});

test('a uri may be kept within load_url', async t => {
  const files = {
    [`${FOLDER}/1.0.0/model-settings.json`]: { parameters: { uri: '../../../../secret.joblib' } },
    'secret.joblib': '',
  };
  const servable = [{ ...ENTRY, servable_name: 'sklearn' }];
  assert.equal((await list(t, servable, files)).specs.length, 1);
  const { failures } = await list(t, servable, files, { anywhere: false });
  assert.match(failures[0].error.message, /: outside of the model repository$/);
});
