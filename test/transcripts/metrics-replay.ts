import assert from 'node:assert/strict';
import { Exposition, type Sample } from '../support/exposition.js';
import type { MetricsRecording } from './recordings.js';

/** Ours counts each batch that leaves for a worker, MLServer each call of a worker. */
const COUNTED_OTHERWISE = /^parallel_request_queue_/;

/** Every metric of the recorded page is there with its type and its labels, and what was counted is what was counted there. */
export function compareMetrics(text: string, { body_lines }: MetricsRecording): void {
  const page = new Exposition(text);
  // Times are not in the recording.
  const recorded = new Exposition(body_lines.join('\n').replaceAll('<value>', 'NaN'));
  for (const [name, type] of recorded.types) assert.equal(page.types.get(name), type, name);
  for (const { name, labels, value } of recorded.samples) {
    // What no route takes is not counted.
    if (labels.method === 'OPTIONS') continue;
    const ours = page.all(name, withVersion(labels));
    assert.deepEqual(ours.map(labelNames), [Object.keys(labels).sort()], `${name} ${JSON.stringify(labels)}`);
    if (Number.isNaN(value) || COUNTED_OTHERWISE.test(name)) continue;
    assert.equal(ours[0].value, value, `${name} ${JSON.stringify(labels)}`);
  }
}

const labelNames = ({ labels }: Sample) => Object.keys(labels).sort();

/** MLServer writes "None" where the caller named no version; ours is the version that answered, '' when it has none. */
function withVersion(labels: Sample['labels']): Sample['labels'] {
  return labels.version === 'None' ? { ...labels, version: '' } : labels;
}
