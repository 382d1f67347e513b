import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Parameters } from '../../src/core/tensor.js';
import { CloudEventHeaders } from '../../src/dataplane/cloud-events.js';
import { splitHeaders } from '../../src/dataplane/response-headers.js';

const cloudEvents = new CloudEventHeaders('server');
const split = (parameters?: Parameters) =>
  splitHeaders({ modelName: 'm', id: '1', outputs: [], parameters }, cloudEvents);
const own = (headers: readonly string[]) => headers.slice(cloudEvents.of('m', '1').length);

describe('headers of an answer', () => {
  it('are those of CloudEvents when the model says none', () => {
    const { response, headers } = split({ a: 1 });
    assert.deepEqual(response.parameters, { a: 1 });
    assert.deepEqual(headers, cloudEvents.of('m', '1'));
    assert.equal(split().response.parameters, undefined);
  });

  it('are taken from the parameters of the model', () => {
    const { response, headers } = split({ a: 1, headers: { 'x-a': 'b', warning: '199' } });
    assert.deepEqual(response.parameters, { a: 1 });
    assert.deepEqual(own(headers), ['x-a', 'b', 'warning', '199']);
  });

  it('leave to CloudEvents and to the transport what is theirs', () => {
    const { headers } = split({
      headers: { 'ce-id': '2', 'content-length': '5', 'content-type': 'text/html', x: 'y' },
    });
    assert.deepEqual(own(headers), ['x', 'y']);
  });
});
