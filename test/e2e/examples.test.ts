import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { digits, type ExampleRows, mushrooms, requestFor } from '../support/examples.js';
import { Exposition } from '../support/exposition.js';
import { KeepAliveClient, type PlainAnswer } from '../support/keep-alive-client.js';
import { suiteLifetime } from '../support/lifetime.js';
import { seededRandom } from '../support/random.js';
import { exampleModels, TestServer } from '../support/server.js';

const REQUESTS = 2000;
const CONNECTIONS = 64;

const CONFIGURATIONS: readonly [
  name: string,
  workers: number,
  batching: { readonly max_batch_size?: number; readonly max_batch_time?: number },
][] = [
  ['inline, batches of requests that come together', 0, {}],
  ['inline, no batches', 0, { max_batch_size: 0 }],
  ['one worker, batches with a window', 1, { max_batch_size: 64, max_batch_time: 0.001 }],
  ['one worker, no batches', 1, { max_batch_size: 1 }],
  ['two workers, small batches with a window', 2, { max_batch_size: 16, max_batch_time: 0.002 }],
];

/** The one output of an answer. */
function outputOf({ status, text }: Pick<PlainAnswer, 'status' | 'text'>): {
  name: string;
  datatype: string;
  shape: number[];
  data: number[];
} {
  assert.equal(status, 200, text);
  const { outputs } = JSON.parse(text);
  assert.equal(outputs.length, 1);
  return outputs[0];
}

/** Labels are equal, probabilities within 1e-6. */
function check(answer: Pick<PlainAnswer, 'status' | 'text'>, wanted: readonly number[], datatype: string): void {
  const output = outputOf(answer);
  assert.deepEqual([output.name, output.datatype, output.shape], ['predict', datatype, [wanted.length, 1]]);
  output.data.forEach((value, i) => {
    const tolerance = datatype === 'INT64' ? 0 : 1e-6;
    assert.ok(Math.abs(value - wanted[i]) <= tolerance, `row ${i}: got ${value}, wanted ${wanted[i]}`);
  });
}

for (const [name, workers, batching] of CONFIGURATIONS) {
  describe(`the example models: ${name}`, () => {
    const life = suiteLifetime();
    const alone = (batching.max_batch_size ?? 2) < 2;
    let server: TestServer;

    before(async () => {
      const files = exampleModels({ 'mnist-svm': batching, 'mushroom-xgboost': batching });
      server = await TestServer.start(life, { files, settings: { parallel_workers: workers } });
    });

    it('gives scikit-learn the same labels for all digits at once', async () => {
      check(await server.infer('mnist-svm', requestFor(digits, digits.rows)), digits.predict, 'INT64');
    });

    it("gives XGBoost's probabilities for all mushrooms at once", async () => {
      check(await server.infer('mushroom-xgboost', requestFor(mushrooms, mushrooms.rows)), mushrooms.predict, 'FP32');
    });

    it(`gives everybody their own rows: ${REQUESTS} requests over ${CONNECTIONS} connections`, async () => {
      const random = seededRandom(workers);
      const upTo = (count: number) => Math.floor(random() * count);
      let next = 0;
      const useConnection = async () => {
        const client = await KeepAliveClient.open(server.port);
        for (let i = next++; i < REQUESTS; i = next++) {
          const [model, examples, datatype]: [string, ExampleRows, string] =
            upTo(4) === 0 ? ['mushroom-xgboost', mushrooms, 'FP32'] : ['mnist-svm', digits, 'INT64'];
          const from = upTo(examples.rows.length);
          const to = Math.min(from + (upTo(8) === 0 ? upTo(20) : 0) + 1, examples.rows.length);
          const id = `request ${i}`;
          const body = JSON.stringify(requestFor(examples, examples.rows.slice(from, to), id));
          const answer = await client.post(`/v2/models/${model}/infer`, body);
          check(answer, examples.predict.slice(from, to), datatype);
          assert.equal(JSON.parse(answer.text).id, id);
        }
        client.close();
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, useConnection));
    });

    it('has put requests into batches, or has not, as the settings say', async () => {
      const page = new Exposition((await server.metrics()).text);
      const labels = { model: 'mnist-svm', version: 'v0.1.0' };
      const batches = page.value('modelyard_batch_requests_count', labels)!;
      const requests = page.value('modelyard_batch_requests_sum', labels)!;
      if (alone) assert.equal(batches, requests);
      else assert.ok(batches < requests, `${requests} requests in ${batches} batches`);
    });
  });
}
