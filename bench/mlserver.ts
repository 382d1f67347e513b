/**
 * Modelyard beside MLServer on the same folder, load and machine: `npm run bench:mlserver`. Both serve the digits SVC, in turn,
 * burst by burst; MLServer's package comes from the Python package index into .venv-mlserver.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digitsBody } from './bodies.js';
import { compare, measure } from './load.js';
import { type ModelyardOptions, startMlserver, startModelyard } from './process.js';

const VENV = fileURLToPath(new URL('../../.venv-mlserver/', import.meta.url));
/** uvloop 0.22 does not work with MLServer's workers. */
const PACKAGES = ['mlserver==1.7.1', 'mlserver-sklearn==1.7.1', 'scikit-learn==1.9.1', 'uvloop<0.22'];
const SECONDS = 3;
const ROUNDS = 3;
const LOADS = [
  [1, 1],
  [1, 64],
  [64, 16],
] as const;
const WAYS: readonly (readonly [name: string, options: ModelyardOptions])[] = [
  ['batching 64 / 1 ms', { parallelWorkers: 1, maxBatchSize: 64, maxBatchTimeSeconds: 0.001 }],
  ["MLServer's defaults", { parallelWorkers: 1, maxBatchSize: 0, maxBatchTimeSeconds: 0 }],
];

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

const bin = join(VENV, 'bin');
if (!existsSync(join(bin, 'mlserver'))) {
  if (!run('python3', '-m', 'venv', VENV) || !run(join(bin, 'pip'), 'install', '-q', ...PACKAGES)) process.exit(1);
}
console.log(
  '| load | settings of MLServer | Modelyard req/s | times | p50 ms | p99 ms | MLServer req/s | p50 ms | p99 ms |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [name, theirs] of WAYS) {
  for (const [rows, connections] of LOADS) {
    const load = { connections, body: digitsBody(rows), seconds: SECONDS };
    const ours = await startModelyard(WAYS[0][1]);
    const mlserver = await startMlserver(bin, theirs);
    const { got, ratio } = await compare(ours, mlserver, load, ROUNDS);
    const other = await measure(mlserver, load);
    await Promise.all([ours.stop(), mlserver.stop()]);
    const cells = [
      `${rows}-row bodies, c=${connections}`,
      name,
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
