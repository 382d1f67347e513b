import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digits, requestFor } from '../support/examples.js';
import { Exposition } from '../support/exposition.js';
import { FAULTS, FAULTY_THREAD } from '../support/faults.js';
import type { HttpAnswer } from '../support/http.js';
import { KeepAliveClient } from '../support/keep-alive-client.js';
import type { Lifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';
import { until } from '../support/until.js';

const DIGITS = '/v2/models/mnist-svm/infer';
const LOST = '{"error":"the worker that had this request stopped unexpectedly"}';

const bad = (fault: keyof typeof FAULTS) => requestFor(digits, [digits.rows[0].map(() => FAULTS[fault])]);

function start(t: Lifetime, workers: number, settings = {}): Promise<TestServer> {
  return TestServer.start(t, { settings: { parallel_workers: workers, ...settings }, inferenceThread: FAULTY_THREAD });
}

async function checkGood(server: TestServer): Promise<void> {
  const answer = await server.infer('mnist-svm', requestFor(digits, digits.rows.slice(0, 9)));
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(JSON.parse(answer.text).outputs[0].data, digits.predict.slice(0, 9));
}

/** Clients that ask one row after another until they are told to stop; every answer is right, or says that its worker was lost. */
class Traffic {
  answered = 0;
  lost = 0;
  private stopping = false;
  private reached: { readonly answers: number; readonly resolve: () => void } | undefined;
  private readonly clients: Promise<void>;

  constructor(port: number, clients: number) {
    this.clients = Promise.all(Array.from({ length: clients }, (_, first) => this.run(port, first))).then(() => {});
  }

  /** Waits for so many more good answers. */
  async after(answers: number): Promise<void> {
    await new Promise<void>(resolve => {
      this.reached = { answers: this.answered + answers, resolve };
    });
  }

  /** Lets all clients get their last answer. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.clients;
  }

  private async run(port: number, first: number): Promise<void> {
    const client = await KeepAliveClient.open(port);
    for (let i = first; !this.stopping; i = (i + 1) % digits.rows.length) {
      const { status, text } = await client.post(DIGITS, JSON.stringify(requestFor(digits, [digits.rows[i]])));
      if (status === 200) {
        assert.deepEqual(JSON.parse(text).outputs[0].data, [digits.predict[i]]);
        if (++this.answered === this.reached?.answers) this.reached.resolve();
      } else {
        assert.deepEqual([status, text], [503, LOST]);
        this.lost++;
      }
    }
    client.close();
  }
}

describe('faults of workers', () => {
  for (const workers of [1, 2]) {
    it(`fails only what a stopped worker had, and goes on: ${workers} of them, 32 clients`, async t => {
      const server = await start(t, workers);
      const traffic = new Traffic(server.port, 32);
      const lost: Promise<HttpAnswer>[] = [];
      for (let time = 0; time < 4; time++) {
        await traffic.after(100);
        lost.push(server.infer('mnist-svm', bad('exit')));
        await lost[time];
      }
      await traffic.after(500);
      await traffic.stop();
      for (const answer of lost) assert.deepEqual([(await answer).status, (await answer).text], [503, LOST]);
      // A worker has two batches at most, and of 32 clients 32 can be in them.
      assert.ok(traffic.lost <= 4 * 32, `${traffic.lost} lost`);
      await until(() => server.messages.filter(line => /Worker \d is ready/.test(line)).length === workers + 4);
      const read = async () => new Exposition((await server.metrics()).text);
      let page = await read();
      while (page.value('modelyard_workers') !== workers) page = await read();
      assert.equal(page.value('modelyard_workers_lost_total'), 4);
      assert.equal(
        server.errors.filter(line => /Worker \d stopped \(exit code 3\); a new one is started/.test(line)).length,
        4,
      );
    });
  }

  it('lets requests wait for the only worker to come back, with all its models', async t => {
    const server = await start(t, 1);
    const lost = server.infer('mnist-svm', bad('cleanExit'));
    assert.equal((await lost).status, 503);
    await Promise.all(Array.from({ length: 20 }, () => checkGood(server)));
    assert.equal((await server.get('/v2/models/mushroom-xgboost/ready')).status, 200);
    assert.equal((await server.get('/v2/health/ready')).status, 200);
  });

  it('replaces a worker that stops while it has nothing to do', async t => {
    const server = await start(t, 1);
    const answer = await server.infer('mnist-svm', bad('exitLater'));
    assert.equal(answer.status, 200);
    await server.logged(/Worker 0 stopped/);
    await checkGood(server);
    assert.match(server.errors[0], /Worker 0 stopped \(exit code 4\)/);
  });

  it('ends a worker that does not answer, after infer_timeout, and answers its callers', async t => {
    const server = await start(t, 2, { infer_timeout: 1 });
    const stuck = server.infer('mnist-svm', bad('endlessLoop'));
    for (let time = 0; time < 10; time++) await checkGood(server);
    const { status, text } = await stuck;
    assert.deepEqual(
      [status, JSON.parse(text).error],
      [504, "model 'mnist-svm' did not answer within 1 s (infer_timeout)"],
    );
    await Promise.all(Array.from({ length: 10 }, () => checkGood(server)));
  });

  it('survives a model that stops its worker at every call, and serves others between', async t => {
    const server = await start(t, 1);
    for (const fault of ['exit', 'error', 'rejection', 'cleanExit', 'exit', 'exit'] as const) {
      const lost = await server.infer('mnist-svm', bad(fault));
      assert.deepEqual([lost.status, lost.text], [503, LOST]);
    }
    await checkGood(server);
  });
});
