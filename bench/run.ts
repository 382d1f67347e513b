/**
 * Drives the server with autocannon and prints a table; `node dist/bench/run.js [--quick] [part of a name]`. Every row stands
 * beside `limit` (limit-server.ts) under the same load: both servers run, bursts alternate, and the ratio is the median of the
 * rounds. On noisy machines nothing else means much.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { digitsBody } from './bodies.js';
import { type Compared, compare } from './load.js';
import { type ModelyardOptions, startLimit, startModelyard } from './process.js';

interface Scenario {
  readonly name: string;
  readonly rows: number;
  readonly connections: number;
  readonly server: ModelyardOptions;
}

const quick = process.argv.includes('--quick');
const only = process.argv.slice(2).find(word => !word.startsWith('--'));
const seconds = quick ? 1.5 : 3;
const rounds = quick ? 3 : 5;

const BATCHING = { maxBatchSize: 64, maxBatchTimeSeconds: 0.001 };
const WIDE_WINDOW = { maxBatchSize: 64, maxBatchTimeSeconds: 0.05 };
const ALONE = { maxBatchSize: 0, maxBatchTimeSeconds: 0 };
const LOADS = [
  [1, 1],
  [1, 64],
  [1, 256],
  [1, 1000],
  [64, 16],
] as const;

function scenarios(): Scenario[] {
  const all: Scenario[] = [];
  const add = (rows: number, connections: number, server: ModelyardOptions, label: string) => {
    const name = `${rows}-row bodies, c=${connections}, workers=${server.parallelWorkers}, ${label}`;
    all.push({ name, rows, connections, server });
  };
  for (const parallelWorkers of [1, 2, 0]) {
    for (const [rows, connections] of LOADS) {
      add(rows, connections, { parallelWorkers, ...BATCHING }, 'batching 64 / 1 ms');
      add(rows, connections, { parallelWorkers, ...ALONE }, 'no batching');
    }
  }
  add(1, 1, { parallelWorkers: 1, ...WIDE_WINDOW }, 'batching 64 / 50 ms');
  return only === undefined ? all : all.filter(scenario => scenario.name.includes(only));
}

const HEAD =
  '| scenario | requests/s | of limit | p50 ms | p99 ms | rows/batch | lag p99 ms | CPU % | RSS MB | errors |';

function line({ name }: Scenario, { got, ratio }: Compared): string {
  const cells = [
    name,
    got.requestsPerSecond.toFixed(0),
    ratio.toFixed(2),
    got.p50Ms,
    got.p99Ms,
    got.rowsPerBatch?.toFixed(1) ?? '-',
    got.lagMs?.toFixed(1) ?? '-',
    got.cpuPercent.toFixed(0),
    got.rssMb.toFixed(0),
    got.errors,
  ];
  return `| ${cells.join(' | ')} |`;
}

const lines = [HEAD, HEAD.replaceAll(/[^|]+/g, '---')];
console.log(lines.join('\n'));
for (const scenario of scenarios()) {
  const load = { connections: scenario.connections, body: digitsBody(scenario.rows), seconds };
  const [limit, server] = [await startLimit(), await startModelyard(scenario.server)];
  lines.push(line(scenario, await compare(server, limit, load, rounds)));
  await Promise.all([limit.stop(), server.stop()]);
  console.log(lines[lines.length - 1]);
}
const results = fileURLToPath(new URL('../../bench/results/', import.meta.url));
await mkdir(results, { recursive: true });
await writeFile(`${results}${quick ? 'quick' : 'full'}.md`, `${lines.join('\n')}\n`);
