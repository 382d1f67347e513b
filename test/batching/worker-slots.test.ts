import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { WorkerSlots } from '../../src/batching/worker-slots.js';

describe('WorkerSlots', () => {
  let slots: WorkerSlots;
  beforeEach(() => {
    slots = new WorkerSlots(2);
    slots.add(0);
    slots.add(1);
  });

  it('gives the worker with the fewest frames, until all are full', () => {
    const given = [1, 2, 3, 4].map(() => {
      const worker = slots.freeFor('m')!;
      slots.take(worker);
      return worker;
    });
    assert.deepEqual(given, [0, 1, 0, 1]);
    assert.deepEqual([slots.free, slots.freeFor('m')], [false, undefined]);
    slots.release(1);
    assert.deepEqual([slots.free, slots.freeFor('m')], [true, 1]);
  });

  it('leaves out a worker that rests, but never the last', () => {
    slots.rest(0);
    slots.rest(1);
    assert.equal(slots.freeFor('m'), 1);
    slots.take(1);
    assert.equal(slots.idle, false);
    slots.take(1);
    assert.deepEqual([slots.free, slots.freeFor('m')], [false, undefined]);
    slots.resume(0);
    assert.deepEqual([slots.idle, slots.freeFor('m')], [true, 0]);
  });

  it('forgets that a worker rested when it is lost', () => {
    slots.rest(0);
    slots.remove(0);
    slots.add(0);
    slots.remove(1);
    assert.equal(slots.freeFor('m'), 0);
  });

  it('gives a model to those that have it, and to anybody when nobody has', () => {
    slots.remove(1);
    slots.add(1, ['m']);
    slots.take(0);
    assert.deepEqual([slots.freeFor('m'), slots.freeFor('n')], [0, 1]);
    slots.take(0);
    assert.deepEqual([slots.free, slots.freeFor('m')], [true, undefined]);
    slots.remove(0);
    assert.equal(slots.freeFor('m'), 1);
  });
});
