import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpAnswer } from '../../src/client/http-client.js';
import { Retries } from '../../src/client/retries.js';

type Step = number | 'refused' | HttpAnswer;

/** A server that answers as the steps say, and the waits between; time passes at once. */
function scripted(steps: Step[], retries = 3) {
  const waits: number[] = [];
  const clock = {
    now: () => 0,
    at: (at: number, fn: () => void) => {
      waits.push(at);
      fn();
      return () => {};
    },
  };
  const runner = new Retries({ retries, clock, random: () => 0, onRetry: () => {} });
  const attempt = async (): Promise<HttpAnswer> => {
    const step = steps.shift()!;
    if (step === 'refused') throw new Error('connection refused');
    return typeof step === 'number' ? { status: step, text: '' } : step;
  };
  return { waits, steps, run: () => runner.run(attempt) };
}

test('tries again what may succeed later, waiting longer each time', async () => {
  const { waits, run } = scripted([503, 'refused', 429, 200]);
  assert.deepEqual(await run(), { status: 200, text: '' });
  assert.deepEqual(waits, [1000, 2000, 4000]);
});

test('takes any other answer as it is', async () => {
  for (const status of [200, 400, 404, 500]) {
    const { waits, run } = scripted([status]);
    assert.deepEqual(await run(), { status, text: '' });
    assert.deepEqual(waits, []);
  }
});

test('waits as long as the server asks, within reason', async () => {
  const asking = (retryAfterSeconds: number) => ({ status: 503, text: '', retryAfterSeconds });
  const { waits, run } = scripted([asking(7), asking(3600), asking(0), 200]);
  await run();
  assert.deepEqual(waits, [7000, 30_000, 4000]);
});

test('ends with the last outcome when there are no attempts left', async () => {
  const { steps, run } = scripted([503, 503, 429, 503, 200]);
  assert.deepEqual(await run(), { status: 503, text: '' });
  assert.deepEqual(steps, [200]);
  assert.deepEqual(await scripted(['refused'], 0).run(), { failure: 'connection refused' });
});

test('gives a server that is gone one attempt for each request, until it is back', async () => {
  const { waits, run } = scripted(['refused', 'refused', 'refused', 'refused', 200, 'refused', 200], 1);
  assert.deepEqual(await run(), { failure: 'connection refused' });
  assert.deepEqual(await run(), { failure: 'connection refused' });
  assert.deepEqual(await run(), { failure: 'connection refused' });
  assert.deepEqual(waits, [1000]);
  assert.deepEqual(await run(), { status: 200, text: '' });
  assert.deepEqual(await run(), { status: 200, text: '' });
  assert.deepEqual(waits, [1000, 1000]);
});
