import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { runCli } from '../../src/cli/cli.js';
import { TEMPLATES, type Template } from '../../src/templates/create-folder.js';
import { suiteLifetime } from '../support/lifetime.js';
import { ServerProcess } from '../support/server-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

async function init(workingDirectory: string, ...args: string[]) {
  const host = fakeHost({ workingDirectory });
  const code = await runCli(['init', ...args], () => assert.fail('started'), host);
  return { code, stdout: host.output(), stderr: host.errors() };
}

/** The request of a README, and the answer that it shows. */
function exampleOf(readme: string) {
  const [, model, request] = /http:\/\/localhost:8080\/v2\/models\/(\S+)\/infer [^{]*-d '(\{[^']*\})'/.exec(readme)!;
  const [, answer] = /^The answer, on one line:\n\n([\s\S]*?\n {4}\})\n/m.exec(readme)!;
  return { model, request: JSON.parse(request), answer: JSON.parse(answer) };
}

/** Equal, numbers to the twelfth digit. */
function assertAnswers(actual: unknown, wanted: unknown): void {
  const rounded = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'number' ? Number(part.toPrecision(12)) : part));
  assert.deepEqual(rounded(actual), rounded(wanted));
}

describe('each template makes a folder that starts, and whose README is true', () => {
  const life = suiteLifetime();
  let folder: string;
  let server: ServerProcess;

  before(async () => {
    folder = temporaryFolder(life);
    for (const template of TEMPLATES) {
      const { code, stdout, stderr } = await init(folder, template, '--template', template);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^ {2}README\.md\n(?: {2}.*\n)* {2}.*\/model-settings\.json\n/);
      assert.ok(stdout.endsWith(`\nServe it:  modelyard start ${template}\n`));
    }
  });

  for (const template of TEMPLATES) {
    test(template, async t => {
      server = await ServerProcess.start(join(folder, template), {
        ...JSON.parse(readFileSync(join(folder, template, 'settings.json'), 'utf8')),
        debug: false,
      });
      t.after(() => server.stop());
      const { model, request, answer } = exampleOf(readFileSync(join(folder, template, 'README.md'), 'utf8'));
      await server.settled(model);
      const response = await server.post(`/v2/models/${model}/infer`, request);
      assertAnswers(await response.json(), answer);
    });
  }
});

test('init makes the sklearn folder in the working directory unless told otherwise', async t => {
  const folder = temporaryFolder(t);
  assert.equal((await init(folder)).code, 0);
  assert.deepEqual(readdirSync(folder).sort(), ['README.md', 'iris', 'settings.json']);
});

test('init overwrites nothing, and then makes nothing', async t => {
  const folder = temporaryFolder(t, { 'settings.json': '{"mine": 1}' });
  const { code, stdout, stderr } = await init(folder, '.');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^error: '.*' has settings\.json already, and no file is overwritten\n$/);
  assert.deepEqual(readdirSync(folder), ['settings.json']);
  assert.equal(readFileSync(join(folder, 'settings.json'), 'utf8'), '{"mine": 1}');
});

test('init says what is wrong with a folder or a template', async t => {
  const folder = temporaryFolder(t, { file: '' });
  const inFile = await init(folder, 'file');
  assert.equal(inFile.code, 1);
  assert.match(inFile.stderr, /^error: EEXIST: file already exists/);
  const unknown = await init(folder, 'new', '-t', 'pytorch');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /Allowed choices are sklearn, xgboost, onnx, custom-ts/);
  mkdirSync(join(folder, 'empty'));
  assert.equal((await init(folder, 'empty', '-t', 'onnx' satisfies Template)).code, 0);
});
