import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectMembers, objectText } from '../../src/client/json-text.js';
import { mergeRequests, splitAnswer } from '../../src/client/merge-requests.js';

const request = (shape: number[], data: unknown, more: object = {}) =>
  objectMembers(JSON.stringify({ ...more, inputs: [{ name: 'x', datatype: 'FP32', shape, data }] }));

test('merges the rows of requests, flat or nested, with every digit', () => {
  const long = objectMembers('{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1.0,9007199254740993]}]}');
  const merged = mergeRequests([
    long,
    request(
      [2, 2],
      [
        [3, 4],
        [5, 6],
      ],
      { id: 'b' },
    ),
    request([0, 2], []),
  ])!;
  assert.deepEqual(merged.rows, [1, 2, 0]);
  assert.equal(
    merged.text,
    '{"inputs":[{"name":"x","shape":[3,2],"datatype":"FP32","data":[1.0,9007199254740993,3,4,5,6]}]}',
  );
});

test('merges only requests that differ in nothing but their rows', () => {
  const first = request([1, 2], [1, 2]);
  const others = [
    request([1, 3], [1, 2, 3]),
    request([1, 2], [1, 2], { parameters: { content_type: 'np' } }),
    objectMembers('{"inputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[1,2]}]}'),
    objectMembers('{"inputs":[{"name":"x","datatype":"FP64","shape":[1,2],"data":[1,2]}]}'),
    objectMembers('{"inputs":[{"name":"x","datatype":"FP32","data":[1,2]}]}'),
    objectMembers('{"inputs":"none"}'),
    objectMembers('{}'),
  ];
  for (const other of others) assert.equal(mergeRequests([first, other]), undefined, objectText(other));
});

test('merges nothing with values too many or too few, which another request would hide', () => {
  assert.equal(mergeRequests([request([1, 2], [1, 2, 3]), request([1, 2], [4])]), undefined);
  assert.equal(mergeRequests([request([1, 2], [[1], [2], [3]]), request([1, 2], [[4]])]), undefined);
});

test('gives each request its rows of every output, and its id', () => {
  const requests = [request([1, 2], [1, 2], { id: 'a' }), request([2, 2], [3, 4, 5, 6])];
  const answer = objectMembers(
    '{"model_name":"m","id":"merged","outputs":[' +
      '{"name":"p","shape":[3,2],"datatype":"FP64","data":[0.10,1e-7,2,3,4,5]},' +
      '{"name":"l","shape":[3,1],"datatype":"BYTES","data":["a","b,]","c"]},' +
      '{"name":"n","shape":[3,2],"datatype":"INT64","data":[[1,2],[3,4],[5,6]]}]}',
  );
  const [first, second] = splitAnswer(answer, [1, 2], requests)!.map(objectText);
  assert.equal(
    first,
    '{"model_name":"m","id":"a","outputs":[' +
      '{"name":"p","shape":[1,2],"datatype":"FP64","data":[0.10,1e-7]},' +
      '{"name":"l","shape":[1,1],"datatype":"BYTES","data":["a"]},' +
      '{"name":"n","shape":[1,2],"datatype":"INT64","data":[[1,2]]}]}',
  );
  const { id, outputs } = JSON.parse(second);
  assert.equal(id, undefined);
  assert.deepEqual(
    outputs.map(({ data }: { data: unknown }) => data),
    [
      [2, 3, 4, 5],
      ['b,]', 'c'],
      [
        [3, 4],
        [5, 6],
      ],
    ],
  );
});

test('never gives anybody rows when there are others than went in', () => {
  const requests = [request([1, 2], [1, 2]), request([1, 2], [3, 4])];
  for (const output of [
    '"shape":[1],"data":[1]',
    '"shape":[2,1],"data":[1]',
    '"shape":[3],"data":[1,2,3]',
    '"data":[1,2]',
  ]) {
    assert.equal(splitAnswer(objectMembers(`{"outputs":[{${output}}]}`), [1, 1], requests), undefined, output);
  }
  assert.equal(splitAnswer(objectMembers('{"error":"none"}'), [1, 1], requests), undefined);
});
