import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAs } from '../../src/settings/field-types.js';
import { versionPolicy } from '../../src/settings/version-policy.js';

const AT = { source: 'model-settings.json', field: 'parameters.version_policy' };
const read = (value: unknown) => parseAs(versionPolicy, value, AT);

describe('version_policy', () => {
  const latest = (count: number) => ({ kind: 'latest', count });
  const specific = (...versions: string[]) => ({ kind: 'specific', versions });
  for (const [written, policy] of [
    ['all', { kind: 'all' }],
    [{ all: {} }, { kind: 'all' }],
    ['latest', latest(1)],
    ['latest: 3', latest(3)],
    [{ latest: 2 }, latest(2)],
    [{ latest: {} }, latest(1)],
    [{ latest: { num_versions: 2 } }, latest(2)],
    ['{"latest": 2}', latest(2)],
    [{ specific: ['v1', 'v2'] }, specific('v1', 'v2')],
    [{ specific: { versions: [1, 3] } }, specific('1', '3')],
    ['specific: v1, v2', specific('v1', 'v2')],
  ]) {
    it(JSON.stringify(written), () => assert.deepEqual(read(written), policy));
  }

  for (const [written, message] of [
    ['newest', /'parameters\.version_policy': expected all, .* found "newest"$/],
    [2, /expected all, \{"latest": N\} or \{"specific": \[versions\]\}/],
    [{}, /found 0 of them$/],
    [{ latest: 1, all: {} }, /found 2 of them$/],
    ['latest: 0', /expected an integer of 1 or more/],
    [{ latest: { num_versions: -1 } }, /'parameters\.version_policy\.latest': expected an integer of 1 or more/],
    [{ specific: [] }, /expected a list of versions/],
    [{ specific: 'v1' }, /expected a list of versions, found "v1"$/],
    [{ specific: [''] }, /expected a list of versions/],
    ['{"latest": ', /found "\{/],
  ] as const) {
    it(`refuses ${JSON.stringify(written)}`, () => assert.throws(() => read(written), message));
  }
});
