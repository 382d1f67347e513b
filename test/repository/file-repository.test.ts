import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FileRepository } from '../../src/repository/file-repository.js';
import type { RepositoryListing } from '../../src/repository/repository.js';
import { Environment } from '../../src/settings/env.js';
import { RUNTIMES } from '../../src/settings/implementations.js';
import { temporaryFolder, writeFile } from '../support/temporary-folder.js';

const SKLEARN = { implementation: 'mlserver_sklearn.SKLearnModel' };
const MISSING = `expected one of ${[...RUNTIMES.keys()].join(', ')}, or a class of yours such as my_model.MyModel, found nothing`;

interface Options {
  allowUriOutsideRepository?: boolean;
  variables?: NodeJS.ProcessEnv;
  workingDirectory?: string;
}

function repositoryOf(modelRepositoryRoot: string, options: Options = {}): FileRepository {
  const { allowUriOutsideRepository = true, variables = {}, workingDirectory } = options;
  const settings = { modelRepositoryRoot, allowUriOutsideRepository };
  return new FileRepository(settings, new Environment(variables), workingDirectory);
}

async function list(t: TestContext, files: Record<string, unknown>, options?: Options) {
  const root = temporaryFolder(t, files);
  return { root, ...(await repositoryOf(root, options).list()) };
}

const labels = ({ specs }: RepositoryListing) => specs.map(({ name, version }) => `${name}@${version ?? ''}`);
const reasons = ({ failures }: RepositoryListing) => failures.map(({ name, error }) => [name, error.message]);

test('this repository holds its examples and no other model', async () => {
  const { specs, failures, warnings } = await repositoryOf(fileURLToPath(new URL('../../../', import.meta.url))).list();
  assert.deepEqual([failures, warnings], [[], []]);
  assert.deepEqual(
    specs.map(({ name, version }) => `${name}@${version}`),
    ['mnist-svm@v0.1.0', 'mushroom-xgboost@v0.1.0', 'text-similarity@v1'],
  );
});

test('a folder made for MLServer', async t => {
  const { root, ...listing } = await list(t, {
    'settings.json': { debug: 'true' },
    'models/mnist-svm/model.joblib': 'x',
    'models/mnist-svm/model-settings.json': { name: 'mnist-svm', ...SKLEARN, parameters: { version: 'v0.1.0' } },
    'models/mushroom-xgboost/model.json': '{}',
    'models/mushroom-xgboost/model-settings.json': {
      name: 'mushroom-xgboost',
      implementation: 'mlserver_xgboost.XGBoostModel',
      parameters: { uri: './model.json', version: 'v0.1.0' },
    },
  });
  assert.deepEqual([listing.failures, listing.warnings], [[], []]);
  const [svm, mushroom] = listing.specs;
  const { settings, ...rest } = svm;
  assert.deepEqual(rest, {
    name: 'mnist-svm',
    version: 'v0.1.0',
    folder: join(root, 'models/mnist-svm'),
    artifact: join(root, 'models/mnist-svm/model.joblib'),
    implementation: { kind: 'sklearn' },
  });
  assert.equal(settings.maxBatchSize, null);
  assert.equal(mushroom.artifact, join(root, 'models/mushroom-xgboost/model.json'));
  assert.deepEqual(structuredClone(svm), svm);
});

test('a model in the root takes its name from the folder that the root is', async t => {
  const { root, ...listing } = await list(t, { 'model-settings.json': SKLEARN });
  assert.deepEqual(labels(listing), [`${basename(root)}@`]);
  assert.equal(listing.specs[0].artifact, root);
});

test('several versions of one model stand side by side', async t => {
  const version = (v: string) => ({ name: 'sum', ...SKLEARN, parameters: { version: v } });
  const listing = await list(t, {
    'sum/10/model-settings.json': version('10'),
    'sum/2/model-settings.json': version('2'),
    'sum/model-settings.json': { name: 'sum', ...SKLEARN },
  });
  assert.deepEqual(labels(listing), ['sum@', 'sum@10', 'sum@2']);
  assert.deepEqual(listing.warnings, []);
});

test('what is broken is told with its reason, the others go on', async t => {
  const listing = await list(t, {
    'a/model-settings.json': '{"name": "a",',
    'b/model-settings.json': { name: 'good', ...SKLEARN },
    'c/model-settings.json': { name: 'named' },
    'd/model-settings.json': { ...SKLEARN, max_batch_size: 'many' },
    'e/model-settings.json': { name: '../../etc/passwd', ...SKLEARN },
    'f/model-settings.json': { name: 'gone', ...SKLEARN, parameters: { uri: 'gone.joblib', version: '3' } },
    'g/model-settings.json': [],
  });
  assert.deepEqual(labels(listing), ['good@']);
  const found = reasons(listing);
  assert.match(found[0][1]!, /^a\/model-settings\.json: expected JSON, found /);
  assert.deepEqual(
    [found[0][0], ...found.slice(1)],
    [
      'a',
      ['named', `c/model-settings.json: field 'implementation': ${MISSING}`],
      ['d', `d/model-settings.json: field 'max_batch_size': expected an integer of 0 or more or null, found "many"`],
      [
        '../../etc/passwd',
        `e/model-settings.json: field 'name': expected 1 to 255 letters, digits, blanks and any of _ - + : . (no '.' or blank first), found "../../etc/passwd"`,
      ],
      ['gone', `Invalid URI specified for model gone (${join(listing.root, 'f/gone.joblib')})`],
      ['g', 'g/model-settings.json: expected a JSON object, found a list'],
    ],
  );
  assert.equal(listing.failures[4].version, '3');
  assert.equal(listing.failures[4].path, join(listing.root, 'f/model-settings.json'));
});

test('links that lead nowhere or in circles, and pipes, do not hold up the others', async t => {
  const root = temporaryFolder(t, { 'good/model-settings.json': SKLEARN, 'a/x': '', 'b/x': '', 'c/x': '' });
  symlinkSync('nowhere', join(root, 'a/model-settings.json'));
  symlinkSync('model-settings.json', join(root, 'b/model-settings.json'));
  const fifo = spawnSync('mkfifo', [join(root, 'c/model-settings.json')]).status === 0;
  const listing = await repositoryOf(root).list();
  assert.deepEqual(labels(listing), ['good@']);
  assert.deepEqual(reasons(listing).slice(0, 2), [
    ['a', 'a/model-settings.json: expected a file, found nothing (a link that leads nowhere?)'],
    ['b', 'b/model-settings.json: expected a readable file, found ELOOP'],
  ]);
  assert.equal(listing.failures.length, fifo ? 3 : 2);
});

test('two files for one name and version: the later in order is served, the other is told', async t => {
  const same = { name: 'iris', ...SKLEARN, parameters: { version: '1' } };
  const { root, ...listing } = await list(t, { 'a/model-settings.json': same, 'b/model-settings.json': same });
  assert.deepEqual(
    listing.specs.map(({ folder }) => folder),
    [join(root, 'b')],
  );
  assert.deepEqual(reasons(listing), [
    ['iris', 'Model iris with version 1 is described twice, in a/model-settings.json and in b/model-settings.json'],
  ]);
  assert.equal(listing.failures[0].error.code, 'ALREADY_EXISTS');
});

test('find gives what concerns one model', async t => {
  const root = temporaryFolder(t, {
    'iris/1/model-settings.json': { name: 'iris', ...SKLEARN, parameters: { version: '1' } },
    'iris/2/model-settings.json': { name: 'iris', parameters: { version: '2' } },
    'other/model-settings.json': SKLEARN,
  });
  const repository = repositoryOf(root);
  const iris = await repository.find('iris');
  assert.deepEqual(labels(iris), ['iris@1']);
  assert.deepEqual(reasons(iris), [['iris', `iris/2/model-settings.json: field 'implementation': ${MISSING}`]]);
  for (const name of ['none', '../other', 'other/../iris', '__proto__', '', 'IRIS']) {
    const { specs, failures } = await repository.find(name);
    assert.deepEqual([specs, failures], [[], []], name);
  }
});

test('a settings file that breaks later is still known as that model', async t => {
  const root = temporaryFolder(t, { 'folder/model-settings.json': { name: 'iris', ...SKLEARN } });
  const repository = repositoryOf(root);
  await repository.list();
  writeFile(join(root, 'folder/model-settings.json'), '{"na');
  for (let look = 1; look <= 2; look++) {
    const { specs, failures } = await repository.find('iris');
    assert.deepEqual([specs.length, failures.length], [0, 1], `look ${look}`);
  }
  rmSync(join(root, 'folder'), { recursive: true });
  assert.deepEqual((await repository.list()).failures, []);
});

test('without any settings file, the environment may describe one model', async t => {
  const workingDirectory = temporaryFolder(t, { 'iris.joblib': '' });
  const variables = {
    MLSERVER_MODEL_IMPLEMENTATION: SKLEARN.implementation,
    MLSERVER_MODEL_NAME: 'iris',
    MLSERVER_MODEL_URI: 'iris.joblib',
  };
  const { root, ...listing } = await list(t, { 'model.joblib': '' }, { variables, workingDirectory });
  assert.deepEqual(labels(listing), ['iris@']);
  assert.equal(listing.specs[0].artifact, join(workingDirectory, 'iris.joblib'));
  assert.equal(listing.specs[0].folder, root);

  const noUri = { MLSERVER_MODEL_IMPLEMENTATION: SKLEARN.implementation };
  const inRoot = await list(t, { 'model.joblib': '' }, { variables: noUri, workingDirectory });
  assert.deepEqual(labels(inRoot), [`${basename(inRoot.root)}@`]);
  assert.equal(inRoot.specs[0].artifact, join(inRoot.root, 'model.joblib'));

  const { MLSERVER_MODEL_IMPLEMENTATION: _, ...noImplementation } = variables;
  assert.deepEqual((await list(t, {}, { variables: noImplementation })).specs, []);
  assert.deepEqual(
    reasons(await list(t, {}, { variables: { ...variables, MLSERVER_MODEL_URI: 'none' }, workingDirectory })),
    [['iris', `Invalid URI specified for model iris (${join(workingDirectory, 'none')})`]],
  );
});

test('with a settings file, the environment only fills what it leaves out', async t => {
  const variables = { MLSERVER_MODEL_IMPLEMENTATION: SKLEARN.implementation, MLSERVER_MODEL_URI: 'm.joblib' };
  const { root, ...listing } = await list(t, { 'a/model-settings.json': {}, 'a/m.joblib': '' }, { variables });
  assert.deepEqual(labels(listing), ['a@']);
  assert.equal(listing.specs[0].artifact, join(root, 'a/m.joblib'));
});

test('a uri out of the repository is served unless that is switched off', async t => {
  const outside = join(temporaryFolder(t, { 'm.joblib': '' }), 'm.joblib');
  const files = { 'a/model-settings.json': { ...SKLEARN, parameters: { uri: outside } } };
  assert.equal((await list(t, files)).specs[0].artifact, outside);
  assert.deepEqual(reasons(await list(t, files, { allowUriOutsideRepository: false })), [
    ['a', `Invalid URI specified for model a (${outside}): outside of the model repository`],
  ]);
});

test('a root that does not exist is an empty repository', async t => {
  const listing = await repositoryOf(join(temporaryFolder(t), 'none')).list();
  assert.deepEqual(listing, { specs: [], passedOver: [], failures: [], warnings: [] });
});

test('warnings of settings come with the listing', async t => {
  const listing = await list(t, { 'a/model-settings.json': { ...SKLEARN, max_batchsize: 1, name: 'b' } });
  assert.deepEqual(listing.warnings, [
    "a/model-settings.json: unknown field 'max_batchsize' is ignored; did you mean 'max_batch_size'?",
    "Model name 'b' is different than model's folder name 'a'.",
  ]);
});

test('an ONNX model without settings goes by the name of its folder', async t => {
  const settings = { name: 'svm', ...SKLEARN, parameters: { uri: './svm.joblib' } };
  const files = { 'iris/iris-v2.onnx': 'x', 'svm/model-settings.json': settings, 'svm/svm.joblib': 'x' };
  const variables = { MLSERVER_MODEL_NAME: 'other', MLSERVER_MODEL_URI: '/elsewhere' };
  const { root, specs, failures, warnings } = await list(t, files, { variables });
  assert.deepEqual([failures, warnings.filter(text => text.includes('iris'))], [[], []]);
  const iris = specs.find(({ name }) => name === 'iris')!;
  assert.equal(iris.artifact, join(root, 'iris/iris-v2.onnx'));
  assert.deepEqual(iris.implementation, { kind: 'onnx' });
});

test('a model that variables describe is the only one of a folder without settings', async t => {
  const variables = { MLSERVER_MODEL_NAME: 'm', MLSERVER_MODEL_IMPLEMENTATION: 'mlserver_sklearn.SKLearnModel' };
  assert.deepEqual(labels(await list(t, { 'iris/model.onnx': 'x' }, { variables })), ['m@']);
});
