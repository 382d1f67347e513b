/**
 * Damages the golden fixtures and tries them, for a number of seconds and ever new seeds: `npm run fuzz [seconds]`. What goes wrong is
 * printed with its case and seed; `npm run fuzz CASE SEED` tries that one again.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureNames, goldenCase } from '../support/golden.js';
import { Fuzzer } from './fuzzer.js';

const [first = '60', second] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'modelyard-fuzz-'));
const fuzzer = new Fuzzer(folder);
const counts = { refused: 0, served: 0, failed: 0 };

if (second !== undefined) await tryOne(first, Number(second));
else {
  console.log(`Trying damaged files for ${first} s; the one under way is ${folder}/mutant`);
  const end = performance.now() + Number(first) * 1000;
  for (let seed = Date.now() % 2 ** 31; performance.now() < end; seed++) {
    for (const name of fixtureNames()) if (performance.now() < end) await tryOne(name, seed);
  }
}
await fuzzer.close();
console.log(`${counts.refused} refused, ${counts.served} served, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);

async function tryOne(name: string, seed: number): Promise<void> {
  const answer = await fuzzer.try(goldenCase(name), seed);
  if ('outcome' in answer) counts[answer.outcome]++;
  else {
    counts.failed++;
    console.log(`FAILED ${name} ${seed}\n${answer.failure}`);
  }
}
