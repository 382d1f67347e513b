import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeResponse } from '../../src/model-api/values.js';

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
