import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { noBrowser, openBrowser } from '../../support/browser.js';
import { type Lifetime, suiteLifetime } from '../../support/lifetime.js';
import { exampleModels, TestServer } from '../../support/server.js';

const HOSTILE = '</script><img src=x onerror=alert(1)>';
const COUNTER = `export class Counter {
  async *predictStream() {
    for (const value of [1, 2, 9007199254740993n]) yield { outputs: [{ name: 'y', datatype: 'INT64', shape: [1], data: [value] }] };
  }
  predict() {
    return { outputs: [{ name: 'y', datatype: 'INT64', shape: [1], data: [9007199254740993n] }] };
  }
}`;
const FILES = {
  ...exampleModels({ 'mnist-svm': {} }),
  'models/counter/model-settings.json': {
    name: 'counter',
    implementation: 'counter.Counter',
    inputs: [{ name: HOSTILE, datatype: 'INT64', shape: [1] }],
  },
  'models/counter/counter.js': COUNTER,
};

describe('the pages of the documentation in a browser', { skip: noBrowser }, () => {
  const lifetime = suiteLifetime();
  let server: TestServer;
  let browser: Browser;
  before(async () => {
    server = await TestServer.start(lifetime, { files: FILES });
    browser = await openBrowser(lifetime);
  });

  /** A page, and all that it should not have: complaints, and requests to others. */
  async function open(t: Lifetime, path: string): Promise<{ page: Page; wrong: string[] }> {
    const page = await browser.newPage();
    t.after(() => page.close());
    const wrong: string[] = [];
    const origin = `http://127.0.0.1:${server.port}`;
    page.on('console', message => wrong.push(message.text()));
    page.on('pageerror', error => wrong.push(error.message));
    page.on('dialog', dialog => wrong.push(dialog.message()));
    await page.route('**', route => {
      const url = route.request().url();
      if (url.startsWith(`${origin}/`)) return route.continue();
      wrong.push(url);
      return route.abort();
    });
    await page.goto(origin + path);
    return { page, wrong };
  }

  it('run the example of a model, and what it is changed to', async t => {
    const { page, wrong } = await open(t, '/v2/models/mnist-svm/docs');
    const operation = page.locator('details.operation[open]');
    assert.equal(await operation.count(), 1);
    const request = operation.getByRole('textbox', { name: 'Request' });
    const example = JSON.parse(await request.inputValue());
    assert.deepEqual(example.inputs[0].shape, [1, 64]);
    await operation.getByRole('button', { name: 'Run' }).click();
    await operation
      .getByRole('status')
      .filter({ hasText: /^200 OK · \d+ ms · application\/json · \d+ bytes$/ })
      .waitFor();
    const answer = JSON.parse((await operation.getByLabel('Answer').textContent())!);
    assert.deepEqual(answer.outputs[0].shape, [1, 1]);

    await request.fill(JSON.stringify({ inputs: [{ ...example.inputs[0], shape: [2, 32] }] }));
    await request.press('Control+Enter');
    await operation
      .getByRole('status')
      .filter({ hasText: /^400 Bad Request/ })
      .waitFor();
    assert.match((await operation.getByLabel('Answer').textContent())!, /expected shape \[-1,64\], got \[2,32\]/);
    await operation.getByText('As a command').click();
    assert.match(
      (await operation.getByLabel('Command').textContent())!,
      /^curl -i -X POST 'http:.*\/v2\/models\/mnist-svm\/infer'/,
    );
    // The browser itself notes each answer that is a failure.
    assert.deepEqual(
      wrong.filter(text => !text.includes('status of 400')),
      [],
    );
  });

  it('show raw values and events as they come, and every digit of a number', async t => {
    const { page, wrong } = await open(t, '/v2/models/counter/docs');
    const infer = page.locator('details.operation[open]');
    await infer.getByRole('button', { name: 'Run' }).click();
    await infer.getByRole('status').filter({ hasText: /^200/ }).waitFor();
    assert.match((await infer.getByLabel('Answer').textContent())!, /"data": \[9007199254740993\]/);
    await infer
      .getByRole('textbox', { name: 'Request' })
      .fill('{"inputs":[],"parameters":{"binary_data_output":true}}');
    await infer.getByRole('button', { name: 'Run' }).click();
    await infer.getByRole('status').filter({ hasText: 'octet-stream' }).waitFor();
    assert.match(
      (await infer.getByLabel('Answer').textContent())!,
      /"binary_data_size": 8.*\n\n01 00 00 00 00 00 20 00$/s,
    );

    const stream = page.locator('details.operation', { hasText: '/v2/models/counter/infer_stream' });
    await stream.locator('summary').first().click();
    await stream.getByRole('button', { name: 'Run' }).click();
    await stream.getByRole('status').filter({ hasText: 'text/event-stream' }).waitFor();
    const events = (await stream.getByLabel('Answer').textContent())!.trim().split('\n\n');
    assert.deepEqual(
      events.map(event => /"data":\[(\d+)\]/.exec(event)?.[1]),
      ['1', '2', '9007199254740993'],
    );
    assert.deepEqual(wrong, []);
  });

  it('take names for text, whatever they hold', async t => {
    const { page, wrong } = await open(t, '/v2/models/counter/docs');
    assert.equal(await page.getByRole('rowheader', { name: HOSTILE }).textContent(), HOSTILE);
    const request = await page.getByRole('textbox', { name: 'Request' }).inputValue();
    assert.equal(JSON.parse(request).inputs[0].name, HOSTILE);
    assert.equal(await page.locator('img').count(), 0);
    assert.deepEqual(wrong, []);
  });

  it('lead from the server to its models, and fill in paths', async t => {
    const { page, wrong } = await open(t, '/v2/docs');
    const ready = page.locator('details.operation', {
      hasText: '/v2/models/{model_name}/versions/{model_version}/ready',
    });
    await ready.locator('summary').first().click();
    await ready.getByLabel('model_name').fill('mnist-svm');
    await ready.getByLabel('model_version').fill('v0.1.0');
    await ready.getByRole('button', { name: 'Run' }).click();
    await ready.getByRole('status').filter({ hasText: '200 OK' }).waitFor();
    await page.getByRole('link', { name: 'mnist-svm' }).click();
    await page.getByRole('heading', { level: 1, name: 'mnist-svm (v0.1.0)' }).waitFor();
    assert.deepEqual(wrong, []);
  });

  it('give every control a name, and every section a heading', async t => {
    for (const path of ['/v2/docs', '/v2/models/mnist-svm/docs']) {
      const { page } = await open(t, path);
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      const controls = page.locator('input, select, textarea');
      const labels = await controls.evaluateAll(all =>
        all.map(control => (control as unknown as { labels: { length: number } }).labels.length),
      );
      assert.ok(labels.length > 10);
      assert.ok(labels.every(count => count === 1));
      const headings = await page.locator('h1, h2, h3').evaluateAll(all => all.map(heading => heading.tagName));
      assert.equal(headings.join(' '), ['H1', ...Array(headings.length - 1).fill('H2')].join(' '));
      const ids = await page.locator('[id]').evaluateAll(all => all.map(element => element.id));
      assert.equal(new Set(ids).size, ids.length);
    }
  });
});
