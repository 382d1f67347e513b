import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PartitionLog } from '../../src/kafka/partition-log.js';

interface Item {
  readonly offset: number;
  settled: boolean;
}

function logOf(...offsets: number[]): { log: PartitionLog<Item>; items: Item[] } {
  const log = new PartitionLog<Item>(offsets[0]);
  const items = offsets.map(offset => ({ offset, settled: false }));
  for (const item of items) log.take(item);
  return { log, items };
}

const all = () => true;

describe('a partition log', () => {
  it('lets go in order what was settled in any', () => {
    const { log, items } = logOf(10, 11, 12, 13);
    items[2].settled = items[1].settled = true;
    assert.deepEqual(log.settled(all), []);
    items[0].settled = true;
    assert.deepEqual(
      log.settled(all).map(({ offset }) => offset),
      [10, 11, 12],
    );
    assert.equal(log.position, 10);
    assert.ok(log.acknowledge());
    assert.equal(log.position, 13);
    assert.ok(!log.acknowledge());
    assert.equal(log.pending, 1);
  });

  it('moves over the holes that transactions and compaction leave', () => {
    const { log, items } = logOf(3, 7, 9);
    for (const item of items) item.settled = true;
    log.settled(({ offset }) => offset < 9);
    log.acknowledge();
    assert.equal(log.position, 8);
  });

  it('knows what comes again after a rebalance from a topic that was made anew', () => {
    const { log, items } = logOf(20, 21, 22);
    items[0].settled = true;
    log.settled(all);
    log.acknowledge();
    assert.deepEqual(
      [20, 21, 22, 23].map(offset => log.isNew(offset)),
      [false, false, false, true],
    );
    assert.deepEqual(
      [0, 22, 23, 24].map(end => log.isBeyond(end)),
      [true, true, false, false],
    );
  });

  it('gives back what is not acknowledged', () => {
    const { log, items } = logOf(0, 1, 2);
    items[0].settled = true;
    log.settled(all);
    assert.deepEqual(log.abandon(), items);
    assert.equal(log.pending, 0);
  });
});
