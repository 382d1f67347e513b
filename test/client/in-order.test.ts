import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from '../../src/client/in-order.js';
import { until } from '../support/until.js';

async function* numbers(count: number, taken: number[] = []): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) {
    taken.push(i);
    yield i;
  }
}

/** Work that ends when the test says so. */
function heldWork() {
  const held = new Map<number, (error?: Error) => void>();
  const work = (item: number) =>
    new Promise<number>((resolve, reject) => held.set(item, error => (error ? reject(error) : resolve(item))));
  const end = (item: number, error?: Error) => {
    held.get(item)!(error);
    held.delete(item);
  };
  return { held, work, end };
}

test('works on several at a time, writes in order, and takes no more than the window', async () => {
  const { held, work, end } = heldWork();
  const taken: number[] = [];
  const written: number[] = [];
  const write = async (result: number) => void written.push(result);
  const done = inOrder(numbers(8, taken), { workers: 2, window: 4, work, write });
  await until(() => held.size === 2);
  end(1);
  await until(() => held.has(2));
  end(2);
  await until(() => held.has(3));
  end(3);
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual([taken, written], [[0, 1, 2, 3], []]);
  end(0);
  await until(() => held.size === 2);
  assert.deepEqual(written, [0, 1, 2, 3]);
  for (const item of [5, 4]) end(item);
  await until(() => held.size === 2);
  for (const item of [6, 7]) end(item);
  await done;
  assert.deepEqual(written, [0, 1, 2, 3, 4, 5, 6, 7]);
});

test('ends with the first failure of the source, the work or the writing', async () => {
  const failure = new Error('no more');
  const working = { workers: 3, window: 6, work: async (item: number) => item, write: async () => {} };
  async function* broken() {
    yield 1;
    throw failure;
  }
  await assert.rejects(inOrder(broken(), working), failure);
  const fail = () => Promise.reject(failure);
  await assert.rejects(inOrder(numbers(5), { ...working, work: fail }), failure);
  await assert.rejects(inOrder(numbers(50), { ...working, write: fail }), failure);
});

test('does not wait for a source that is silent when the writing fails', async () => {
  async function* silent() {
    yield 1;
    await new Promise(() => {});
  }
  const failure = new Error('closed');
  const write = () => Promise.reject(failure);
  await assert.rejects(inOrder(silent(), { workers: 2, window: 4, work: async item => item, write }), failure);
});
