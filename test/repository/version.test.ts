import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, defaultVersion } from '../../src/repository/version.js';

/** Each list from the oldest to the newest. */
const orders: string[][] = [
  ['1', '2', '10'],
  ['v1', 'v2', 'v10'],
  ['1.2', '1.9.0', '1.10.0', '2'],
  ['v0.1.0', 'v0.2.0', 'v1'],
  ['1', 'v9', '10'],
  ['1.0.0-alpha', '1.0.0-alpha.2', '1.0.0-alpha.10', '1.0.0-beta', '1.0.0-rc.1', '1.0.0', '1.0.1-rc.1'],
  ['2.0a1', '2.0b1', '2.0rc1', '2.0', '2.0.1'],
  ['candidate', 'main', '0'],
  ['model-9', 'model-10', '1'],
  ['20251231', '20260101'],
  ['9007199254740992', '9007199254740993', `1${'0'.repeat(60)}`],
];

for (const order of orders) {
  test(`${order.map(version => version.slice(0, 20)).join(' < ')}`, () => {
    for (const [i, older] of order.entries()) {
      assert.equal(compareVersions(older, older), 0);
      for (const newer of order.slice(i + 1)) {
        assert.ok(compareVersions(older, newer) < 0, `${older} < ${newer}`);
        assert.ok(compareVersions(newer, older) > 0, `${newer} > ${older}`);
      }
    }
    assert.deepEqual(order.toReversed().sort(compareVersions), order);
    assert.equal(defaultVersion(order), order[order.length - 1]);
  });
}

test('different spellings of one number have an order, too', () => {
  for (const [a, b] of [
    ['1', 'v1'],
    ['1', '1.0'],
    ['1.0+a', '1.0+b'],
    ['1', '01'],
    ['a', 'A'],
  ]) {
    assert.notEqual(compareVersions(a, b), 0, `${a} ${b}`);
    assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)), `${a} ${b}`);
  }
});

test('the order is transitive', () => {
  const all = [...new Set([...orders.flat(), 'v1.0', '1-x', 'x-1', '1.x', 'latest', '01', '1_0', 'v', 'V2', '2-'])];
  for (const a of all) {
    for (const b of all) {
      for (const c of all) {
        if (compareVersions(a, b) < 0 && compareVersions(b, c) < 0) {
          assert.ok(compareVersions(a, c) < 0, `${a} < ${b} < ${c}`);
        }
      }
    }
  }
});

test('a model without a version is the default before all others', () => {
  assert.equal(defaultVersion(['1', undefined, '99']), undefined);
  assert.equal(defaultVersion(['1', '', '99']), undefined);
  assert.equal(defaultVersion([undefined]), undefined);
  assert.equal(defaultVersion(['v2', 'v10', 'v9']), 'v10');
  assert.equal(defaultVersion([]), undefined);
});
