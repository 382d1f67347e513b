/**
 * Serves every golden case and asks it all its questions over every transport: `npm run test:golden [part of a name]`. Prints what
 * failed with its first difference, a line per library and version, and `N of M` cases of the full set.
 */
import { fullSetNames, type GoldenCase, goldenCase, goldenNames } from '../support/golden.js';
import { during, type Lifetime } from '../support/lifetime.js';
import { checkCase } from './check-case.js';
import { GoldenServer, modelName } from './golden-server.js';

/** Models of one server: bounds the memory of a run. */
const GROUP = 40;

interface Failure {
  readonly name: string;
  readonly reason: string;
}

if (fullSetNames().length === 0)
  console.log('The full golden set is not beside this repository: only the fixtures are asked.');
const only = process.argv[2] ?? '';
const cases = goldenNames(/./)
  .filter(name => name.includes(only))
  .map(goldenCase);
const failures: Failure[] = [];
for (let from = 0; from < cases.length; from += GROUP) {
  const group = cases.slice(from, from + GROUP);
  failures.push(...(await during(t => checkGroup(t, group))));
}
report(cases, failures);
process.exit(failures.length === 0 ? 0 : 1);

async function checkGroup(t: Lifetime, group: readonly GoldenCase[]): Promise<Failure[]> {
  const server = await GoldenServer.start(t, group);
  const failed: Failure[] = [];
  for (const golden of group) {
    const model = modelName(golden);
    let reason = server.failures.get(model);
    for (const client of server.clients) {
      if (reason !== undefined) break;
      const difference = await checkCase(client, model, golden);
      reason = difference && `${client.transport}: ${difference}`;
    }
    if (reason !== undefined) failed.push({ name: golden.name, reason });
  }
  return failed;
}

function report(cases: readonly GoldenCase[], failures: readonly Failure[]): void {
  const failed = new Set(failures.map(({ name }) => name));
  const passedOf = (group: readonly GoldenCase[]) => group.filter(({ name }) => !failed.has(name)).length;
  const byLibrary = new Map<string, GoldenCase[]>();
  for (const golden of cases) {
    const library = `${golden.library} ${golden.libraryVersion}`;
    byLibrary.set(library, [...(byLibrary.get(library) ?? []), golden]);
  }
  for (const { name, reason } of failures) console.log(`FAILED ${name}: ${reason.slice(0, 300)}`);
  for (const [library, group] of byLibrary) console.log(`${library}: ${passedOf(group)} of ${group.length}`);
  const full = new Set(fullSetNames());
  const inFull = cases.filter(({ name }) => full.has(name));
  const further = cases.filter(({ name }) => !full.has(name));
  console.log(`Further fixtures: ${passedOf(further)} of ${further.length}`);
  console.log(`${passedOf(inFull)} of ${inFull.length}`);
}
