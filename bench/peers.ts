/**
 * Modelyard beside MLServer and Triton with its Python backend: `npm run bench:peers [mlserver|triton]`. All serve the digits SVC with one
 * worker; two at a time are loaded in turn, burst by burst. The peers' packages come from the Python package index into .venv-*.
 */
import { digitsBody } from './bodies.js';
import { compare, measure } from './load.js';
import { mlserver, type Peer, triton } from './peer-servers.js';
import { type ModelyardOptions, startModelyard, untilReady } from './process.js';

const SECONDS = 3;
const ROUNDS = 3;
const LOADS = [
  [1, 1],
  [1, 64],
  [64, 16],
] as const;
const BATCHING: ModelyardOptions = { parallelWorkers: 1, maxBatchSize: 64, maxBatchTimeSeconds: 0.001 };
const DEFAULTS: ModelyardOptions = { parallelWorkers: 1, maxBatchSize: 0, maxBatchTimeSeconds: 0 };
const WAYS: readonly (readonly [peer: Peer, settings: string, options: ModelyardOptions])[] = [
  [mlserver, 'batching 64 / 1 ms', BATCHING],
  [mlserver, 'defaults', DEFAULTS],
  [triton, 'batching 64 / 1 ms', BATCHING],
];

const only = process.argv[2];
console.log('| load | peer | Modelyard req/s | times | p50 ms | p99 ms | peer req/s | p50 ms | p99 ms |');
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [peer, settings, options] of WAYS) {
  if (only !== undefined && only !== peer.name.toLowerCase()) continue;
  for (const [rows, connections] of LOADS) {
    const load = { connections, body: digitsBody(rows), seconds: SECONDS };
    const theirs = await peer.start(options);
    const ours = await startModelyard(BATCHING);
    await untilReady(ours);
    const { got, ratio } = await compare(ours, theirs, load, ROUNDS);
    const other = await measure(theirs, load);
    await Promise.all([ours.stop(), theirs.stop()]);
    if (got.errors + other.errors > 0) throw new Error(`${got.errors} errors here, ${other.errors} at ${peer.name}`);
    const cells = [
      `${rows}-row bodies, c=${connections}`,
      `${peer.name}, ${settings}`,
      got.requestsPerSecond.toFixed(0),
      ratio.toFixed(1),
      got.p50Ms,
      got.p99Ms,
      other.requestsPerSecond.toFixed(0),
      other.p50Ms,
      other.p99Ms,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
