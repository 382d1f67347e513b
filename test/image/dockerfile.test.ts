import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate } from 'dockerfile-utils';
import { dockerfile, MARK, type PackageSource } from '../../src/image/dockerfile.js';

const SOURCES: [name: string, source: PackageSource, copy: string | undefined, install: string][] = [
  ['a registry', { kind: 'registry', spec: 'modelyard@1.2.3' }, undefined, 'modelyard@1.2.3'],
  ['a tarball', { kind: 'tarball', file: 'm.tgz' }, 'COPY m.tgz ./', './m.tgz'],
  [
    'a tarball elsewhere',
    { kind: 'tarball', file: 'm.tgz', context: 'other' },
    'COPY --from=other m.tgz ./',
    './m.tgz',
  ],
];

for (const [name, source, copy, install] of SOURCES) {
  test(`the Dockerfile with Modelyard from ${name} is one`, () => {
    const text = dockerfile({ version: '1.2.3', source, ports: [80, 81] });
    assert.deepEqual(validate(text), []);
    assert.ok(text.startsWith(`${MARK} 1.2.3.`));
    const lines = text.split('\n');
    assert.ok(lines.some(line => line.startsWith('RUN npm install') && line.endsWith(` ${install}`)));
    assert.equal(
      lines.find(line => line.startsWith('COPY') && line.includes('tgz')),
      copy,
    );
    assert.ok(lines.includes('EXPOSE 80 81'));
    assert.ok(lines.indexOf('USER 1000') > lines.lastIndexOf(lines.findLast(line => line.startsWith('COPY'))!));
  });
}

test('the linter finds what is wrong', () => {
  const text = dockerfile({ version: '1', source: SOURCES[0][1], ports: [80] });
  assert.notDeepEqual(validate(text.replace('EXPOSE 80', 'EXPOSE eighty')), []);
  assert.notDeepEqual(validate(text.replace('WORKDIR /mnt/models', 'WORKDUR /mnt/models')), []);
});
