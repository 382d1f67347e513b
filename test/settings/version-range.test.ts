import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAs } from '../../src/settings/field-types.js';
import { isVersion, newestFirst, versionRange } from '../../src/settings/version-range.js';

const range = (written: unknown) => parseAs(versionRange, written, { source: 's', field: 'aspired_version' });

test('versions may leave numbers out, start with v and be joined by _', () => {
  for (const name of ['1', 'v1', '1.0', '1_2_3', '01.02', '1.2.3-rc.1', '1.2.3+build', '20240131123000']) {
    assert.equal(isVersion(name), true, name);
  }
  for (const name of ['', 'one', '1.x', '..data', '1.2.3.4', '1.2-', '-1', 'v', '1.2.3/4', '9'.repeat(20)]) {
    assert.equal(isVersion(name), false, name);
  }
});

test('a range takes in what fits, the newest first', () => {
  const versions = ['1.9.0', '2.0.0', 'v1.10.0', '1', '1_9_1', '1.11.0-rc.1', 'latest'];
  const cases: [range: string, fitting: string[]][] = [
    ['1.x', ['v1.10.0', '1_9_1', '1.9.0', '1']],
    ['1_x', ['v1.10.0', '1_9_1', '1.9.0', '1']],
    ['1.9.x', ['1_9_1', '1.9.0']],
    ['^1.9', ['v1.10.0', '1_9_1', '1.9.0']],
    ['>=1.9.0 <1.10.0', ['1_9_1', '1.9.0']],
    ['1.9.1 || 2.x', ['2.0.0', '1_9_1']],
    ['1.9.0', ['1.9.0']],
    ['1', ['v1.10.0', '1_9_1', '1.9.0', '1']],
    ['>=1.11.0-rc.0 <2', ['1.11.0-rc.1']],
    ['*', ['2.0.0', 'v1.10.0', '1_9_1', '1.9.0', '1']],
    ['latest', ['2.0.0', 'v1.10.0', '1_9_1', '1.9.0', '1']],
    ['3.x', []],
  ];
  for (const [written, fitting] of cases) assert.deepEqual(newestFirst(range(written), versions), fitting, written);
});

test('what is no range is refused; a number would lose the zero of 1.10', () => {
  for (const written of ['newest', '', ' ', 1.1, null, '1.2.3.4', '../1']) {
    assert.throws(() => range(written), /field 'aspired_version': expected a range of versions such as '1\.x', found/);
  }
});
