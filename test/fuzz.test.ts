import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Fuzzer } from './fuzz/fuzzer.js';
import { fixtureNames, goldenCase } from './support/golden.js';
import { temporaryFolder } from './support/temporary-folder.js';

/** `npm run fuzz` tries more. */
const SEEDS = Array.from({ length: 15 }, (_, i) => i + 1);

describe('damaged model files are refused or answer in form', () => {
  const fuzzer = new Fuzzer(temporaryFolder({ after }));
  after(() => fuzzer.close());

  for (const name of fixtureNames()) {
    it(name, async () => {
      const golden = goldenCase(name);
      for (const seed of SEEDS) {
        const answer = await fuzzer.try(golden, seed);
        assert.ok('outcome' in answer, `seed ${seed}: ${JSON.stringify(answer)}`);
      }
    });
  }
});
