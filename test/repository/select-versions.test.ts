import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectVersions } from '../../src/repository/select-versions.js';
import { MemoryRepository } from '../support/memory-repository.js';

/** Versions of a model, each with what it says about the policy, if anything. */
function versions(...said: readonly (readonly [version: string | null, policy?: unknown])[]) {
  const repository = new MemoryRepository();
  for (const [version, policy] of said) {
    repository.add({ name: 'm', parameters: { version, version_policy: policy ?? null } });
  }
  const { served, left, warnings } = selectVersions(repository.specs);
  return {
    served: served.map(spec => spec.version ?? 'none'),
    left: left.map(({ spec, reason }) => `${spec.version ?? 'none'}: ${reason}`),
    warnings,
  };
}

describe('selectVersions', () => {
  it('serves all versions if none says otherwise', () => {
    assert.deepEqual(versions(['2'], ['10'], [null]), { served: ['2', '10', 'none'], left: [], warnings: [] });
  });

  it('serves the newest ones by number, and says so of the others', () => {
    const { served, left } = versions(['v9'], ['v10', { latest: 2 }], ['v2'], ['v11-rc1']);
    assert.deepEqual(served, ['v10', 'v11-rc1']);
    const reason = 'not among the versions to be served (version_policy latest: 2)';
    assert.deepEqual(left, [`v9: ${reason}`, `v2: ${reason}`]);
    assert.deepEqual(versions(['1.9.0'], ['1.10.0', 'latest'], ['1.10.0-rc.1']).served, ['1.10.0']);
  });

  it('takes a model without a version for the newest', () => {
    assert.deepEqual(versions(['2'], [null, 'latest']).served, ['none']);
  });

  it('serves specific versions, and tells of those that are not there', () => {
    const { served, warnings } = versions(['1', { specific: ['1', '3', '4'] }], ['2'], ['3']);
    assert.deepEqual(served, ['1', '3']);
    assert.deepEqual(warnings, ['Model m: its version_policy names version 4, which is not there']);
  });

  it('goes by the newest version that has a policy where several have one', () => {
    const { served, warnings } = versions(['1', 'all'], ['2', 'latest'], ['3']);
    assert.deepEqual(served, ['3']);
    assert.deepEqual(warnings, [
      'Model m: version 1 says version_policy all; that of the newest version counts: latest: 1',
    ]);
  });
});
