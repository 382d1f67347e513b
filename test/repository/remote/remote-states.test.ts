import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RemoteStates } from '../../../src/repository/remote/remote-states.js';
import { FakeClock } from '../../support/fake-clock.js';

test('a store is asked now and then, and only waited for the first time', async () => {
  const clock = new FakeClock();
  const answers: (() => Promise<string>)[] = [async () => 'one', async () => 'two', () => Promise.reject(new Error())];
  let asked = 0;
  const states = new RemoteStates({ stateOf: () => answers[asked++]() }, clock, 1000);
  const ask = () => states.stateOf('s3://b/k');
  assert.deepEqual(await Promise.all([ask(), ask()]), ['one', 'one']);
  clock.advance(999);
  assert.deepEqual([await ask(), asked], ['one', 1]);
  clock.advance(1);
  assert.deepEqual([await ask(), asked], ['one', 2]);
  await nextTurn();
  assert.equal(await ask(), 'two');
  clock.advance(1000);
  await ask();
  await nextTurn();
  assert.deepEqual([await ask(), asked], ['two', 3], 'a store out of reach says nothing new');
});

test('a slow store holds nobody up for long', async () => {
  const clock = new FakeClock();
  let answer = (_state: string) => {};
  const stateOf = () => new Promise<string>(resolve => (answer = resolve));
  const states = new RemoteStates({ stateOf }, clock, 1000);
  const first = states.stateOf('s3://b/k');
  clock.advance(2000);
  assert.equal(await first, '');
  answer('late');
  await nextTurn();
  assert.equal(await states.stateOf('s3://b/k'), 'late');
  assert.equal(clock.pendingTimers, 0);
});
