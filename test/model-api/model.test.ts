import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAll, encodeResponse } from '../../src/index.js';
import { Model, type ModelSettings } from '../../src/model-api/model.js';

const SETTINGS: ModelSettings = {
  name: 'm',
  folder: '/models/m',
  parameters: { uri: '/models/m', extra: {} },
  inputs: [],
  outputs: [{ name: 'code', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'base64' } }],
};

test('a model writes whole answers and tables as the functions of those names do', () => {
  const model = new Model(SETTINGS);
  const table = new Map([
    ['a', [1, 2]],
    ['b', ['x', 'y']],
  ]);
  assert.deepEqual(model.encodeResponse(['x'], 'str'), encodeResponse(['x'], 'str'));
  assert.deepEqual(model.encodeResponse(table), encodeResponse(table));
  assert.deepEqual(model.encodeAll(table, 'any'), encodeAll(table, 'any'));
});

test("the content type of the model's metadata comes before the one given, for one output and for several", () => {
  const model = new Model(SETTINGS);
  const written = model.encode([Uint8Array.of(1)], 'code', 'str');
  assert.equal(written.parameters?.content_type, 'base64');
  assert.deepEqual(model.encodeAll([Uint8Array.of(1)], 'code', 'str'), [written]);
});
