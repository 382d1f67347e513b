import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { mergeRequests } from '../../src/batching/batch.js';
import { ServerError } from '../../src/core/errors.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { InlinePool } from '../../src/pool/inline-pool.js';
import { PiscinaPool } from '../../src/pool/piscina-pool.js';
import type { WorkerId, WorkerPool } from '../../src/pool/worker-pool.js';
import { ReplicaHost } from '../../src/runtimes/replica-host.js';
import type { ReplicaSpec } from '../../src/wire/messages.js';
import { mushrooms } from '../support/examples.js';
import { FAULTS, FAULTY_THREAD } from '../support/faults.js';
import { type Lifetime, suiteLifetime } from '../support/lifetime.js';
import { mushroomReplica } from '../support/plans.js';

const KEY = 'mushrooms@#1';

/** What a pool tells: `joined 0`, `lost 0: why`. */
class Events {
  readonly all: string[] = [];
  private waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  joined(worker: WorkerId): void {
    this.add(`joined ${worker}`);
  }

  lost(worker: WorkerId, reason: string): void {
    this.add(`lost ${worker}: ${reason}`);
  }

  async first(count: number): Promise<string[]> {
    if (this.all.length < count) await new Promise<void>(resolve => this.waiting.push({ count, resolve }));
    return this.all.slice(0, count);
  }

  private add(event: string): void {
    this.all.push(event);
    for (const { count, resolve } of this.waiting) if (count === this.all.length) resolve();
  }
}

/** A pool whose workers have joined; it ends with the test. */
async function started(t: Lifetime, pool: WorkerPool, workers: number): Promise<Events> {
  const events = new Events();
  t.after(() => pool.close());
  pool.start(events);
  await events.first(workers);
  return events;
}

const threads = (workers: number) => new PiscinaPool({ workers, filename: FAULTY_THREAD });

function rows(values: readonly (readonly (number | null)[])[]): InferRequest {
  const data = Float32Array.from(values.flat(), value => value ?? Number.NaN);
  return { inputs: [{ name: 'x', datatype: 'FP32', shape: [values.length, values[0].length], data }] };
}

const frameOf = (request: InferRequest, key = KEY) => mergeRequests(key, [request]);
const good = () => frameOf(rows(mushrooms.rows.slice(0, 3)));
const bad = (fault: number) => frameOf(rows([mushrooms.rows[0].map(() => fault)]));
const unavailable = (error: unknown) => error instanceof ServerError && error.code === 'UNAVAILABLE';

async function answers(pool: WorkerPool, worker: WorkerId): Promise<boolean> {
  return (await pool.infer(worker, good())).ok;
}

const POOLS: readonly [name: string, make: () => WorkerPool, workers: number][] = [
  ['inline', () => new InlinePool(new ReplicaHost()), 1],
  ['one thread', () => threads(1), 1],
  ['two threads', () => threads(2), 2],
];

for (const [name, make, workers] of POOLS) {
  describe(`a pool: ${name}`, () => {
    const life = suiteLifetime();
    const pool = make();
    let replica: ReplicaSpec;
    let events: Events;

    before(async () => {
      replica = await mushroomReplica(life);
      events = await started(life, pool, workers);
    });

    it('starts its workers, each under its own number', () => {
      assert.deepEqual(
        events.all,
        Array.from({ length: workers }, (_, worker) => `joined ${worker}`),
      );
    });

    it('says as data what goes wrong inside of a worker', async () => {
      const none = await pool.infer(0, good());
      assert.ok(!none.ok);
      assert.deepEqual(
        [none.error.code, none.error.message],
        ['UNAVAILABLE', `this worker has no replica of '${KEY}'`],
      );
      const load = await pool.load(0, { ...replica, runtime: { kind: 'plan', file: '/nowhere/model.plan' } });
      assert.ok(!load.ok);
      assert.equal(load.error.code, 'INTERNAL');
    });

    it('answers in each worker what the model answers', async () => {
      for (let worker = 0; worker < workers; worker++) {
        const loaded = await pool.load(worker, replica);
        assert.ok(loaded.ok);
        assert.deepEqual(loaded.model.inputs, [{ name: 'predict', datatype: 'FP32', shape: [-1, 126] }]);
        const answer = await pool.infer(worker, frameOf(rows(mushrooms.rows)));
        assert.ok(answer.ok);
        const [{ data, shape }] = answer.outputs;
        assert.deepEqual(shape, [86, 1]);
        (data as Float32Array).forEach((value, i) => {
          assert.ok(Math.abs(value - mushrooms.predict[i]) < 1e-6);
        });
        assert.ok(answer.inferenceMs > 0);
      }
    });

    it('answers many frames at once, each with its own rows', async () => {
      await Promise.all(
        mushrooms.rows.map(async (row, i) => {
          const answer = await pool.infer(i % workers, frameOf(rows([row])));
          assert.ok(answer.ok);
          assert.ok(Math.abs((answer.outputs[0].data as Float32Array)[0] - mushrooms.predict[i]) < 1e-6);
        }),
      );
    });

    it('forgets a model that is unloaded, and bears to be told so twice', async () => {
      assert.deepEqual(await pool.unload(0, 'another'), { ok: true });
      assert.ok(await answers(pool, 0));
      for (let time = 0; time < 2; time++) {
        assert.deepEqual(await pool.unload(0, KEY), { ok: true });
        assert.ok(!(await answers(pool, 0)));
      }
    });
  });
}

describe('a pool of threads', () => {
  it('moves frames: the memory is gone for the caller', async t => {
    const pool = threads(1);
    await started(t, pool, 1);
    const frame = good();
    const answer = pool.infer(0, frame);
    assert.equal(frame.byteLength, 0);
    await answer;
  });

  it('keeps replicas apart', async t => {
    const pool = threads(2);
    await started(t, pool, 2);
    await pool.load(1, await mushroomReplica(t));
    assert.deepEqual([await answers(pool, 0), await answers(pool, 1)], [false, true]);
  });

  for (const [fault, reason] of [
    ['exit', 'exit code 3'],
    ['cleanExit', 'exit code 0'],
    ['error', 'outside of any task'],
    ['rejection', 'nobody waits for this'],
  ] as const) {
    it(`rejects what a worker had that stopped (${fault}), says why, and puts an empty one in its place`, async t => {
      const pool = threads(2);
      const events = await started(t, pool, 2);
      const replica = await mushroomReplica(t);
      for (const worker of [0, 1]) await pool.load(worker, replica);
      const lost = [pool.infer(0, bad(FAULTS[fault])), pool.infer(0, bad(FAULTS[fault]))];
      const neighbour = answers(pool, 1);
      for (const answer of lost) await assert.rejects(answer, unavailable);
      assert.ok(await neighbour);
      assert.deepEqual((await events.first(4)).slice(2), [`lost 0: ${reason}`, 'joined 0']);
      assert.ok(!(await answers(pool, 0)), 'the new worker has no models');
      await pool.load(0, replica);
      assert.ok(await answers(pool, 0));
    });
  }

  it('ends a worker in an endless loop', async t => {
    const pool = threads(1);
    const events = await started(t, pool, 1);
    await pool.load(0, await mushroomReplica(t));
    const stuck = [pool.infer(0, bad(FAULTS.endlessLoop)), pool.infer(0, good())];
    pool.kill(0, 'it does not answer');
    for (const answer of stuck) await assert.rejects(answer, unavailable);
    assert.deepEqual(await events.first(3), ['joined 0', 'lost 0: it does not answer', 'joined 0']);
  });

  it('replaces a worker that is lost while it has nothing to do, as often as it happens', async t => {
    const pool = threads(1);
    const events = await started(t, pool, 1);
    for (let time = 1; time <= 3; time++) {
      pool.kill(0, `time ${time}`);
      await events.first(1 + 2 * time);
    }
    assert.deepEqual(events.all, [
      'joined 0',
      'lost 0: time 1',
      'joined 0',
      'lost 0: time 2',
      'joined 0',
      'lost 0: time 3',
      'joined 0',
    ]);
  });

  it('rejects what is asked of a worker that cannot start', async t => {
    const pool = new PiscinaPool({ workers: 1, filename: '/nowhere/thread.js' });
    const events = await started(t, pool, 1);
    await assert.rejects(pool.infer(0, good()), unavailable);
    assert.match((await events.first(2))[1], /^lost 0: .*\/nowhere\/thread\.js/);
  });

  it('tells of no loss when it closes', async t => {
    const pool = threads(2);
    const events = await started(t, pool, 2);
    await pool.close();
    assert.deepEqual(events.all, ['joined 0', 'joined 1']);
  });
});
