import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { suiteLifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';
import type { ControlClient } from './control-client.js';
import { FailedCall, type Refusal } from './infer-client.js';

/*
 * All that is not inference: the same questions in the same order over every transport, against a real server.
 *   digits     versions v1 and v2 of a model file
 *   described  a class whose settings tell everything
 *   broken, gone, unclear   what cannot be loaded: a file that is none, a file that is not there, a class without a method
 */

const DIGITS = fileURLToPath(new URL('../../../models/mnist-svm/model.joblib', import.meta.url));
const sklearn = (uri: string, version?: string) => ({
  implementation: 'mlserver_sklearn.SKLearnModel',
  parameters: { uri, version },
});
const INPUTS = [
  { name: 'a', datatype: 'INT32', shape: [-1, 2], parameters: { content_type: 'np' } },
  { name: 'b', datatype: 'BYTES', shape: [-1] },
];
const OUTPUTS = [{ name: 'c', datatype: 'FP64', shape: [2, 2] }];

const FILES = {
  'digits/1/model-settings.json': { name: 'digits', ...sklearn(DIGITS, 'v1') },
  'digits/2/model-settings.json': { name: 'digits', ...sklearn(DIGITS, 'v2') },
  'described/model-settings.json': {
    implementation: 'own.Own',
    platform: 'mine',
    versions: ['own/1.2'],
    inputs: INPUTS,
    outputs: OUTPUTS,
    parameters: { content_type: 'pd' },
  },
  'described/own.js': 'exports.Own = class { predict() {} };',
  'broken/model-settings.json': sklearn('./model.joblib'),
  'broken/model.joblib': 'no model',
  'gone/model-settings.json': sklearn('./nowhere.joblib'),
  'unclear/model-settings.json': { implementation: 'own.Own' },
  'unclear/own.js': 'exports.Own = class {};',
};

interface Question {
  readonly about: string;
  readonly ask: (client: ControlClient) => Promise<unknown>;
  readonly wanted?: unknown;
  readonly refused?: Refusal;
}

const question = (about: string, ask: Question['ask'], wanted: unknown): Question => ({ about, ask, wanted });
const refusal = (about: string, ask: Question['ask'], refused: Refusal): Question => ({ about, ask, refused });

const DIGITS_1 = { name: 'digits', version: 'v1' };
const READY = { state: 'READY', reason: '' };
/** Of the models that there are, in the order of their names; without what can never be loaded. */
const states = (client: ControlClient, ready?: boolean) =>
  client.index(ready).then(items => {
    if (items instanceof FailedCall) return items;
    const known = items.filter(({ name }) => name === 'digits' || name === 'described');
    return known.map(({ name, version, state }) => [name, version, state].join(' ')).sort();
  });
const unknown = (
  about: string,
  ask: (client: ControlClient, target: { name: string; version?: string }) => Promise<unknown>,
) => [
  refusal(`${about} of a model that is not there`, client => ask(client, { name: 'nope' }), {
    code: 'NOT_FOUND',
    message: /^Model nope not found/,
  }),
  refusal(`${about} of a version that is not there`, client => ask(client, { name: 'digits', version: 'v9' }), {
    code: 'NOT_FOUND',
    message: /^Model digits with version v9 not found/,
  }),
];

const QUESTIONS: readonly Question[] = [
  question('the server is live', client => client.serverLive(), true),
  question('the server is ready', client => client.serverReady(), true),
  question('the server tells about itself', client => client.serverMetadata(), {
    name: 'tested',
    version: '9.9.9',
    extensions: ['one', 'two'],
  }),
  question('a model is ready', client => client.modelReady({ name: 'digits' }), true),
  question('a version is ready', client => client.modelReady(DIGITS_1), true),
  ...unknown('ready', (client, target) => client.modelReady(target)),
  question('the metadata of settings', client => client.modelMetadata({ name: 'described' }), {
    name: 'described',
    versions: ['own/1.2'],
    platform: 'mine',
    inputs: INPUTS,
    outputs: OUTPUTS,
    parameters: { content_type: 'pd' },
  }),
  question(
    'the metadata of a file',
    async client => {
      const metadata = await client.modelMetadata(DIGITS_1);
      return metadata instanceof FailedCall ? metadata : [metadata.inputs, metadata.parameters.estimator];
    },
    [[{ name: 'predict', datatype: 'FP64', shape: [-1, 64] }], "SVC(kernel='rbf')"],
  ),
  ...unknown('metadata', (client, target) => client.modelMetadata(target)),
  question('the index', client => states(client), ['described  READY', 'digits v1 READY', 'digits v2 READY']),
  question(
    'the index tells why',
    async client => {
      const items = await client.index();
      if (items instanceof FailedCall) return items;
      return items.filter(({ name }) => name === 'described' || name === 'unclear');
    },
    [
      { name: 'described', ...READY },
      { name: 'unclear', state: 'UNAVAILABLE', reason: "'Own' in module 'own' has no method predict" },
    ],
  ),

  question('unloads a model', client => client.unload({ name: 'described' }), undefined),
  question('which is in the index', client => states(client), [
    'described  UNAVAILABLE',
    'digits v1 READY',
    'digits v2 READY',
  ]),
  question('but not among those that are ready', client => states(client, true), [
    'digits v1 READY',
    'digits v2 READY',
  ]),
  refusal('and is not there to be asked', client => client.modelReady({ name: 'described' }), {
    code: 'NOT_FOUND',
    message: /^Model described not found$/,
  }),
  refusal('nor to be unloaded again', client => client.unload({ name: 'described' }), {
    code: 'NOT_FOUND',
    message: /^Model described not found$/,
  }),
  question('loads it', client => client.load({ name: 'described' }), undefined),
  question('loads it again', client => client.load({ name: 'described' }), undefined),
  question('so that it is ready', client => client.modelReady({ name: 'described' }), true),
  question('unloads a version', client => client.unload(DIGITS_1), undefined),
  question('and no other', client => states(client, true), ['described  READY', 'digits v2 READY']),
  question('loads it', client => client.load(DIGITS_1), undefined),
  question('beside the others', client => states(client, true), [
    'described  READY',
    'digits v1 READY',
    'digits v2 READY',
  ]),
  ...unknown('loading', (client, target) => client.load(target)),
  ...unknown('unloading', (client, target) => client.unload(target)),
  refusal('loading a file that is no model', client => client.load({ name: 'broken' }), {
    code: 'INVALID_ARGUMENT',
    message: /broken\/model\.joblib: /,
  }),
  refusal('loading a file that is not there', client => client.load({ name: 'gone' }), {
    code: 'FAILED_PRECONDITION',
    httpStatus: 422,
    message: /^Invalid URI specified for model gone \(.*nowhere\.joblib\)/,
  }),
  refusal('loading a class without a method', client => client.load({ name: 'unclear' }), {
    code: 'INVALID_ARGUMENT',
    message: /^'Own' in module 'own' has no method predict$/,
  }),
  question('the server is ready all the same', client => client.serverReady(), true),
];

/** Asks everything over one transport. */
export function controlContract(transport: string, connect: (server: TestServer) => ControlClient): void {
  describe(`everything but inference over ${transport}`, () => {
    const lifetime = suiteLifetime();
    let client: ControlClient;

    before(async () => {
      const settings = { server_name: 'tested', server_version: '9.9.9', extensions: ['one', 'two'] };
      const server = await TestServer.start(lifetime, { files: FILES, settings });
      client = connect(server);
      lifetime.after(() => client.close());
    });

    for (const { about, ask, wanted, refused } of QUESTIONS) {
      it(refused === undefined ? about : `refuses ${about}`, async () => {
        const answer = await ask(client);
        if (answer instanceof FailedCall) return answer.check(refused);
        assert.ok(refused === undefined, 'answered');
        assert.deepEqual(answer, wanted);
      });
    }
  });
}
