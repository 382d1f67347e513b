import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Attempt, Dispatcher } from '../../src/kafka/dispatcher.js';
import { FakeClock } from '../support/fake-clock.js';

interface Item {
  readonly name: string;
  readonly bytes: number;
}

/** A dispatcher whose attempts end when the test says so. */
class Puppet {
  readonly clock = new FakeClock();
  readonly running = new Map<string, (outcome: Attempt) => void>();
  readonly dispatcher: Dispatcher<Item>;
  private readonly items = new Map<string, Item>();

  constructor(items: number, bytes = 1000) {
    this.dispatcher = new Dispatcher({
      limits: { items, bytes },
      clock: this.clock,
      attempt: item => new Promise(resolve => this.running.set(item.name, resolve)),
    });
  }

  push(names: string, bytes = 1): void {
    for (const name of names) {
      const item = { name, bytes };
      this.items.set(name, item);
      this.dispatcher.push(item);
    }
    this.dispatcher.pump();
  }

  async end(name: string, outcome: Attempt = 'answered'): Promise<void> {
    const resolve = this.running.get(name)!;
    this.running.delete(name);
    resolve(outcome);
    await new Promise(setImmediate);
  }

  release(name: string): void {
    this.dispatcher.release(this.items.get(name)!);
    this.dispatcher.pump();
  }

  get names(): string {
    return [...this.running.keys()].join('');
  }
}

describe('a dispatcher', () => {
  it('keeps as much under way as it may, until answers are written', async () => {
    const puppet = new Puppet(2);
    puppet.push('abcde');
    assert.equal(puppet.names, 'ab');
    assert.ok(puppet.dispatcher.full);
    await puppet.end('a');
    assert.equal(puppet.names, 'b');
    const room = puppet.dispatcher.room();
    puppet.release('a');
    assert.equal(puppet.names, 'bc');
    await puppet.end('b');
    puppet.release('b');
    await room;
    assert.equal(puppet.names, 'cd');
    assert.equal(puppet.dispatcher.inFlight, 2);
  });

  it('counts bytes, but lets a single large item through', async () => {
    const puppet = new Puppet(10, 100);
    puppet.push('a', 60);
    puppet.push('b', 60);
    puppet.push('c', 500);
    assert.equal(puppet.names, 'a');
    await puppet.end('a');
    puppet.release('a');
    assert.equal(puppet.names, 'b');
    await puppet.end('b');
    puppet.release('b');
    assert.equal(puppet.names, 'c');
  });

  it('tries suspects one by one with nothing beside them, and then goes on', async () => {
    const puppet = new Puppet(4);
    puppet.push('abcdef');
    await puppet.end('a', 'suspect');
    await puppet.end('c', 'suspect');
    assert.equal(puppet.names, 'bd');
    await puppet.end('b');
    await puppet.end('d');
    assert.equal(puppet.names, 'a');
    await puppet.end('a');
    assert.equal(puppet.names, 'c');
    for (const name of 'abcd') puppet.release(name);
    assert.equal(puppet.names, 'c');
    await puppet.end('c');
    assert.equal(puppet.names, 'ef');
  });

  it('waits a moment when the server is too busy, and begins with what was refused', async () => {
    const puppet = new Puppet(3);
    puppet.push('abcd');
    await puppet.end('b', 'refused');
    await puppet.end('a');
    puppet.release('a');
    assert.equal(puppet.names, 'c');
    puppet.clock.advance(100);
    assert.equal(puppet.names, 'cbd');
  });

  it('forgets what is dropped', async () => {
    const puppet = new Puppet(2);
    puppet.push('abcd');
    await puppet.end('a', 'suspect');
    puppet.dispatcher.drop(({ name }) => 'ac'.includes(name));
    puppet.release('a');
    assert.equal(puppet.names, 'bd');
  });

  it('stops when the last attempt has ended, and begins nothing more', async () => {
    const puppet = new Puppet(1);
    puppet.push('ab');
    const stopped = puppet.dispatcher.stop();
    await puppet.end('a');
    await stopped;
    puppet.release('a');
    assert.equal(puppet.names, '');
    await puppet.dispatcher.room();
  });
});
