import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { InferRequest } from '../../src/core/protocol.js';
import { answerText, CustomModels, firstValue } from '../support/custom-models.js';
import { suiteLifetime } from '../support/lifetime.js';
import { until } from '../support/until.js';

const life = suiteLifetime();
let models: CustomModels;

before(async () => {
  models = await CustomModels.start(life);
});

/** The code and message of a load that must fail. */
async function refused(files: Record<string, string>, implementation?: string): Promise<string> {
  models.write(files);
  const answer = await models.load(implementation);
  assert.ok(!answer.ok);
  return `${answer.error.code}: ${answer.error.message}`;
}

const predicts = (expression: string) => `{ predict(request) { return ${answerText(expression)}; } }`;

describe('modules of custom models', () => {
  it('may be TypeScript, with all of its syntax, importing the API, types and other files', async () => {
    await models.loaded(
      {
        'typescript.ts': `
        import { Model, ModelRequest, type ModelSettings } from 'modelyard';
        import { greet } from './lib/greet.js';
        import type { Nothing } from './lib/nowhere.js';
        enum Mood { Good = 'good' }
        export class MyModel extends Model {
          constructor(settings: ModelSettings, private readonly mood: Mood = Mood.Good) { super(settings); }
          override predict(request: ModelRequest) { return ${answerText('greet(this.mood) + this.ready + this.name')}; }
        }`,
        'lib/greet.ts': `import { sign } from './sign'; export const greet = (mood: string): string => mood + sign;`,
        'lib/sign.ts': `export const sign: string = '!';`,
      },
      'typescript.MyModel',
    );
    assert.equal(await models.value(), 'good!truem');
  });

  it('may be ES modules or CommonJS, whichever `.js` holds', async () => {
    const files = {
      'esm.js': `import { ModelError } from 'modelyard'; export class MyModel ${predicts('typeof ModelError')}`,
      'common.js': `const { ModelError } = require('modelyard'); const { join } = require('node:path');
        const { word } = require('./word'); exports.MyModel = class ${predicts("typeof ModelError + word + join('a', 'b')")}`,
      'word.js': `module.exports = { word: 'word' };`,
      'plain.cjs': `module.exports = class MyModel ${predicts('__filename.endsWith("plain.cjs")')}`,
      'main.mjs': `export default class MyModel ${predicts('import.meta.url.includes("main.mjs")')}`,
      'pkg/deep.mts': `export const MyModel: object = ${predicts("'deep'")}`,
      'package.json': '{"type":"module"}',
    };
    const values: unknown[] = [];
    for (const module of ['esm', 'common', 'plain', 'main', 'pkg.deep']) {
      await models.loaded(files, `${module}.MyModel`);
      values.push(await models.value());
    }
    assert.deepEqual(values, ['function', 'functionworda/b', 'true', 'true', 'deep']);
  });

  it('are read anew by every load, with the files they import', async () => {
    const files = (word: string) => ({
      'again.ts': `import { word } from './dep.ts'; export const MyModel = ${predicts('word')}`,
      'dep.ts': `export const word = '${word}';`,
      'again2.cjs': `exports.MyModel = ${predicts("require('./dep2.cjs')")}`,
      'dep2.cjs': `module.exports = '${word}';`,
    });
    const values: unknown[] = [];
    for (const word of ['one', 'two']) {
      for (const module of ['again', 'again2']) {
        await models.loaded(files(word), `${module}.MyModel`);
        values.push(await models.value());
      }
    }
    assert.deepEqual(values, ['one', 'one', 'two', 'two']);
  });

  it('are refused by name when file, export or method is missing', async () => {
    assert.match(await refused({}, 'nowhere.MyModel'), /^INVALID_ARGUMENT: there is no nowhere\.ts, .* in \//);
    assert.match(await refused({ 'old.py': '' }, 'old.MyModel'), /old\.py is there, but Python models are not run/);
    assert.match(
      await refused({ 'other.ts': 'export class Other {}' }, 'other.MyModel'),
      /^INVALID_ARGUMENT: .*other\.ts has no export 'MyModel'; its exports: 'Other'$/,
    );
    assert.match(
      await refused({ 'empty.ts': 'export class MyModel {}' }, 'empty.MyModel'),
      /^INVALID_ARGUMENT: 'MyModel' in module 'empty' has no method predict$/,
    );
    assert.match(
      await refused({ 'number.ts': 'export const MyModel = 3' }, 'number.MyModel'),
      /expected a class or an object, got number/,
    );
  });

  it('are refused with the reason when they cannot be imported', async () => {
    assert.match(
      await refused({ 'bad.ts': 'export class {{' }, 'bad.MyModel'),
      /^INVALID_ARGUMENT: .*bad\.ts cannot be imported: .*bad\.ts:1:14: /,
    );
    assert.match(await refused({ 'throws.mjs': `throw new Error('too early')` }, 'throws.MyModel'), /: too early$/);
    assert.match(
      await refused({ 'import.ts': `import './gone.ts'; export class MyModel {}` }, 'import.MyModel'),
      /import\.ts cannot be imported: .*gone\.ts/,
    );
  });
});

describe('custom models', () => {
  it('get their settings, and may set their metadata when they load', async () => {
    const model = await models.loaded(
      {
        'my_model.ts': `export class MyModel {
        inputs: object[] = [];
        constructor(private settings: any) {}
        load() { this.inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, this.settings.parameters.extra.n] }]; }
        predict() { return ${answerText('JSON.stringify(this.settings.parameters)')}; }
      }`,
      },
      'my_model.MyModel',
      {
        extra: { n: 4 },
        others: { mine: true },
        uri: '/data',
        outputs: [{ name: 'y', datatype: 'BYTES', shape: [1] }],
      },
    );
    assert.deepEqual(model.inputs, [{ name: 'x', datatype: 'FP32', shape: [-1, 4], parameters: undefined }]);
    assert.deepEqual(model.outputs, [{ name: 'y', datatype: 'BYTES', shape: [1], parameters: undefined }]);
    assert.deepEqual(JSON.parse(String(await models.value())), { mine: true, uri: '/data', extra: { n: 4 } });
  });

  it('do not load when `load` throws, answers false, or sets metadata that is none', async () => {
    const model = (load: string) => ({ 'loads.mjs': `export class MyModel { load() { ${load} } predict() {} }` });
    const refusal = (load: string) => refused(model(load), 'loads.MyModel');
    assert.equal(await refusal(`throw new Error('no weights')`), 'INTERNAL: no weights');
    assert.equal(await refusal('return false'), "FAILED_PRECONDITION: the load method of 'MyModel' answered false");
    assert.match(
      await refusal(`this.inputs = [{ name: 'x' }]`),
      /^INVALID_ARGUMENT: model 'm': field 'inputs.*datatype'/,
    );
  });

  it('see id, parameters, headers and inputs, the latter as plain values and decoded', async () => {
    await models.loaded(
      {
        'sees.ts': `import { decode, decodeRequest } from 'modelyard';
        export const MyModel = { predict(request) { return ${answerText(`JSON.stringify([
          request.id, request.parameters, request.headers.tenant, request.inputs[0].data, [...request.inputs[1].data],
          decode(request.inputs[0], 'base64'), decode(request.inputs[0]), [...decodeRequest(request, 'pd').keys()], request.outputs])`)}; } }`,
      },
      'sees.MyModel',
    );
    const request: InferRequest = {
      id: '7',
      parameters: { a: 1 },
      outputs: [{ name: 'y' }],
      inputs: [
        {
          name: 't',
          datatype: 'BYTES',
          shape: [1],
          data: { offsets: Uint32Array.of(0, 2), bytes: Buffer.from('hi') },
          parameters: { content_type: 'str' },
        },
        { name: 'h', datatype: 'FP16', shape: [1], data: Uint16Array.of(0x3e00) },
      ],
    };
    const answer = await models.ask(request, { tenant: 'x' });
    assert.ok(answer.ok);
    assert.deepEqual(JSON.parse(String(firstValue(answer.outputs))), [
      '7',
      { a: 1 },
      'x',
      ['hi'],
      [1.5],
      ['hi'],
      ['hi'],
      ['t', 'h'],
      [{ name: 'y' }],
    ]);
  });

  it('keep the arrays that they answer with', async () => {
    await models.loaded(
      {
        'keeps.mjs': `const weights = new Float64Array(4096).fill(2);
      export const MyModel = { predict: () => ({ outputs: [{ name: 'y', datatype: 'FP64', shape: [4096], data: weights }] }) }`,
      },
      'keeps.MyModel',
    );
    assert.deepEqual([await models.value(), await models.value()], [2, 2]);
  });

  const WRONG: readonly [answer: string, reason: RegExp][] = [
    ['undefined', /the answer: expected \{ outputs: \[\.\.\.\] \}, got undefined/],
    ['({})', /outputs: expected a list, got undefined/],
    ['({ outputs: [1] })', /outputs\[0\]: expected \{ name, .* got number/],
    [`({ outputs: [{ datatype: 'FP32', shape: [1], data: [1] }] })`, /outputs\[0\]\.name: expected a string/],
    [
      `({ outputs: [{ name: 'y', datatype: 'FLOAT', shape: [1], data: [1] }] })`,
      /output 'y': expected a datatype of .* got 'FLOAT'/,
    ],
    [
      `({ outputs: [{ name: 'y', datatype: 'FP32', data: [1] }] })`,
      /expected a list of numbers as shape, got undefined/,
    ],
    [
      `({ outputs: [{ name: 'y', datatype: 'FP32', shape: [2, 2], data: [[1, 2]] }] })`,
      /shape \[2,2\] needs 4 values, got 2/,
    ],
    [`({ outputs: [{ name: 'y', datatype: 'FP32', shape: [-1], data: [1] }] })`, /whole numbers of 0 or more/],
    [
      `({ outputs: [{ name: 'y', datatype: 'INT32', shape: [1], data: [1.5] }] })`,
      /expected a whole number .* got 1\.5/,
    ],
    [`({ outputs: [{ name: 'y', datatype: 'BYTES', shape: [1], data: [5] }] })`, /expected a string or a Uint8Array/],
    [`({ outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: null }] })`, /expected a list as data, got null/],
    ...['0, 9', '2, 1', '0, 2, 1'].map((offsets): [string, RegExp] => [
      `({ outputs: [{ name: 'y', datatype: 'BYTES', shape: [1],
        data: { offsets: Uint32Array.of(${offsets}), bytes: new Uint8Array(2) } }] })`,
      /output 'y': expected ascending offsets up to the 2 bytes that there are/,
    ]),
    [
      `({ outputs: ['y', 'y'].map(name => ({ name, datatype: 'FP32', shape: [1], data: [1] })) })`,
      /output 'y' is there twice/,
    ],
    [`({ outputs: [], parameters: { big: 1n } })`, /parameters: cannot be written as JSON/],
    [`({ outputs: [], parameters: { headers: 'a' } })`, /parameters\.headers: expected an object, got string/],
    [`({ outputs: [], parameters: { headers: { 'a b': 1 } } })`, /parameters\.headers: 'a b': expected letters/],
    [`({ outputs: [], parameters: { headers: { a: [] } } })`, /parameters\.headers: 'a': expected a text, got list/],
    [`({ outputs: [], parameters: { headers: { a: 'x\\r\\ny' } } })`, /'a': expected a text of one line in ASCII/],
  ];

  it('that answer nonsense are told what is wrong with it', async () => {
    const answers = WRONG.map(([answer]) => `() => ${answer}`).join(', ');
    await models.loaded(
      {
        'wrong.mjs': `const answers = [${answers}]; export const MyModel = { predict: r => answers[r.parameters.i]() }`,
      },
      'wrong.MyModel',
    );
    for (const [i, [, reason]] of WRONG.entries()) {
      const answer = await models.ask({ inputs: [], parameters: { i } });
      assert.ok(!answer.ok);
      assert.equal(answer.error.code, 'INTERNAL');
      assert.match(answer.error.message, /^model 'm' gave no valid answer: /);
      assert.match(answer.error.message, reason);
    }
  });

  it('that throw are quoted, with the status of a ModelError', async () => {
    await models.loaded(
      {
        'throws2.mjs': `import { ModelError } from 'modelyard'; export const MyModel = { predict({ parameters: { status } }) {
      throw status ? new ModelError('because', status) : new TypeError('broken'); } }`,
      },
      'throws2.MyModel',
    );
    const fail = async (parameters: InferRequest['parameters']) => {
      const answer = await models.ask({ inputs: [], parameters });
      assert.ok(!answer.ok);
      return [answer.error.code, answer.error.message, answer.error.httpStatus];
    };
    assert.deepEqual(await fail({}), ['INTERNAL', 'broken', undefined]);
    assert.deepEqual(await fail({ status: 418 }), ['INVALID_ARGUMENT', 'because', 418]);
    assert.deepEqual(await fail({ status: 404 }), ['NOT_FOUND', 'because', 404]);
    assert.deepEqual(await fail({ status: 200 }), ['INTERNAL', 'because', undefined]);
  });

  it('log lines and numbers under their name', async () => {
    await models.loaded(
      {
        'logs.mjs': `import { logger, metrics } from 'modelyard'; export class MyModel {
      load() { metrics.register('lengths', 'Lengths'); }
      async predict({ parameters }) { await null; logger.warning('seen', 3); metrics.log(parameters); return { outputs: [] }; } }`,
      },
      'logs.MyModel',
    );
    const answer = await models.ask({ inputs: [], parameters: { lengths: 5 } });
    assert.ok(answer.ok);
    assert.deepEqual(answer.metricValues, [{ metric: 'lengths', help: 'Lengths', value: 5 }]);
    await until(() => models.log.length > 0);
    assert.deepEqual(models.log[0], { model: 'm', version: 'v1', level: 'warning', message: 'seen 3' });
    assert.match(String(await models.value({ inputs: [], parameters: { other: 5 } })), /'other' is not registered/);
  });

  it('are not unloaded in the middle of an answer, also when nobody waits for it any more', async () => {
    await models.loaded(
      {
        'busy.mjs': `import { logger } from 'modelyard';
      const busy = async name => { logger.info(name + ' begins'); await new Promise(go => setTimeout(go, 50)); logger.info(name + ' ends'); };
      export const MyModel = {
        async predict() { await busy('predict'); return { outputs: [] }; },
        async *predictStream() { await busy('stream'); },
        unload() { logger.info('unload'); } }`,
      },
      'busy.MyModel',
    );
    const said = () => models.log.map(({ message }) => message).filter(text => /^(predict|stream|unload$)/.test(text));
    const stream = models.stream();
    void stream.next();
    const answer = models.ask();
    await until(() => said().length >= 2);
    await stream.return?.();
    await models.unload();
    await answer;
    await until(() => said().includes('unload'));
    assert.deepEqual(said().sort(), ['predict begins', 'predict ends', 'stream begins', 'stream ends', 'unload']);
    assert.equal(said().at(-1), 'unload');
  });

  it('are unloaded, and what still loads then as soon as it has loaded', async () => {
    const ends = `export class MyModel {
      async load() { while (!existsSync(${JSON.stringify(`${models.folder}/go`)})) await new Promise(next => setImmediate(next)); }
      predict() { return { outputs: [] }; }
      unload() { logger.info('unloaded'); } }`;
    models.write({ 'ends.mjs': `import { existsSync } from 'node:fs'; import { logger } from 'modelyard'; ${ends}` });
    const unloads = () => models.log.filter(({ message }) => message === 'unloaded').length;
    const loading = models.load('ends.MyModel');
    assert.deepEqual(await models.unload(), { ok: true });
    models.write({ go: '' });
    const answer = await loading;
    assert.equal(answer.ok ? '' : answer.error.code, 'ABORTED');
    await until(() => unloads() === 1);
    assert.match(String(await models.value()), /this worker has no replica/);
    assert.ok((await models.load('ends.MyModel')).ok);
    await models.unload();
    await until(() => unloads() === 2);
  });

  it('do not load with routes that are none', async () => {
    const refusal = (route: string) =>
      refused({ 'routes.mjs': `export const MyModel = { predict() {}, routes: ${route} }` }, 'routes.MyModel');
    const handle = 'handle() {}';
    assert.match(await refusal('{}'), /^INVALID_ARGUMENT: routes: expected a list, got Object$/);
    assert.match(
      await refusal('[null]'),
      /^INVALID_ARGUMENT: routes\[0\]\.path: expected one like \/explain\/\{name\}$/,
    );
    for (const path of ['a', '/', '/a/', '/a b', '/{}', '/a{b}', '/..?', '//a']) {
      assert.match(await refusal(`[{ path: '${path}', ${handle} }]`), /routes\[0\]\.path: expected one like/, path);
    }
    assert.match(await refusal(`[{ path: '/v2/x', ${handle} }]`), /'\/v2\/x' is one of the server's own/);
    assert.match(
      await refusal(`[{ path: '/x', method: 'get', ${handle} }]`),
      /routes\[0\]\.method: expected one of GET, /,
    );
    assert.match(await refusal(`[{ path: '/x' }]`), /routes\[0\]\.handle: expected a function, got undefined/);
  });

  it('may say that they are not ready', async () => {
    await models.loaded(
      {
        'tired.mjs': `import { Model } from 'modelyard'; export class MyModel extends Model { predict() { this.ready = false; return { outputs: [] }; } }`,
      },
      'tired.MyModel',
    );
    assert.ok((await models.ask()).ok);
    assert.equal(await models.value(), 'Model m is not ready yet.');
  });
});
