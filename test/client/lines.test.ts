import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsOf, type Line, linesOf } from '../../src/client/lines.js';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('finds lines however the bytes come, and keeps their places', async () => {
  const text = '{"a":"é\u2028"}\r\n\n  \n{"b":1}\n{"c":2}';
  for (const size of [1, 2, 3, 7, 1000]) {
    const lines = await all(linesOf(chunksOf(text, size)));
    assert.deepEqual(
      lines.map(({ index, text }) => [index, text.trim()]),
      [
        [0, '{"a":"é\u2028"}'],
        [3, '{"b":1}'],
        [4, '{"c":2}'],
      ],
    );
  }
  assert.deepEqual(await all(linesOf(chunksOf('', 1))), []);
});

test('groups lines, the last group as long as it is', async () => {
  async function* lines(): AsyncGenerator<Line> {
    for (let index = 0; index < 5; index++) yield { index, text: '' };
  }
  const groups = await all(groupsOf(lines(), 2));
  assert.deepEqual(
    groups.map(group => group.map(({ index }) => index)),
    [[0, 1], [2, 3], [4]],
  );
});
