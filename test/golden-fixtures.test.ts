import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { checkCase } from './golden/check-case.js';
import { GoldenServer, modelName } from './golden/golden-server.js';
import { fixtureNames, goldenCase } from './support/golden.js';
import { suiteLifetime } from './support/lifetime.js';

describe('what the libraries answer, a server answers', () => {
  const cases = fixtureNames().map(goldenCase);
  const lifetime = suiteLifetime();
  let server: GoldenServer;
  before(async () => {
    server = await GoldenServer.start(lifetime, cases);
  });

  for (const golden of cases) {
    it(golden.name, async () => {
      const model = modelName(golden);
      assert.equal(server.failures.get(model), undefined);
      const [rest, grpc] = server.clients;
      assert.equal(await checkCase(rest, model, golden), undefined);
      // How rows are batched has nothing to do with how they came.
      assert.equal(await checkCase(grpc, model, golden, []), undefined);
    });
  }
});
