import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ModelError } from '../../src/model-api/model-error.js';
import { encode, encodeResponse } from '../../src/model-api/values.js';

describe('encode', () => {
  const asked = (contentType: string) => ({ name: 'y', parameters: { content_type: contentType } });
  const fails = (status: number) => (error: unknown) => error instanceof ModelError && error.status === status;

  it('takes the content type that the caller asks for, else that of the model, else that of the value', () => {
    const written = (output: Parameters<typeof encode>[1], contentType?: string) =>
      encode(['YQ=='], output, contentType).parameters?.content_type;
    assert.deepEqual([written(asked('raw'), 'str'), written('y', 'raw'), written('y')], ['raw', 'raw', 'str']);
    assert.equal(written(asked('image'), 'raw'), 'raw');
  });

  it('blames the caller for what the caller asks only', () => {
    assert.throws(() => encode([1], asked('str')), fails(400));
    assert.throws(() => encode([1], 'y', 'str'), fails(500));
  });
});

describe('encodeResponse', () => {
  it('writes one output, or a column each, and says as what', () => {
    const written = (value: unknown, contentType?: string) => {
      const { outputs, parameters } = encodeResponse(value, contentType);
      return [outputs.map(({ name, datatype, shape }) => `${name} ${datatype} ${shape}`), parameters];
    };
    assert.deepEqual(written(['a', 'b']), [['output-1 BYTES 2,1'], { content_type: 'str' }]);
    assert.deepEqual(written([1, 2]), [['output-1 FP64 2,1'], { content_type: 'np' }]);
    const frame = new Map<string, unknown[]>([
      ['a', [1]],
      ['b', ['x']],
    ]);
    assert.deepEqual(written(frame), [['a FP64 1,1', 'b BYTES 1,1'], { content_type: 'pd' }]);
  });
});
