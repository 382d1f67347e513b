/**
 * Binary tensors beside JSON on one server: `npm run bench:binary`. Bursts alternate; the ratio is the median of the rounds. The
 * mushrooms' model takes next to no time, so what is measured is the way of a tensor through the server.
 */
import { type Body, binaryBody, jsonBody } from './bodies.js';
import { compare } from './load.js';
import { startModelyard } from './process.js';

const COLUMNS = 126;
const SECONDS = 2;
const ROUNDS = 5;
const CASES = [
  { title: '64 rows', rows: 64, connections: 16 },
  { title: 'a tensor of 1 MB', rows: Math.ceil((1 << 20) / (COLUMNS * 4)), connections: 4 },
];

const server = await startModelyard({ parallelWorkers: 1, maxBatchSize: 64, maxBatchTimeSeconds: 0.001 });
const url = server.url.replace('mnist-svm', 'mushroom-xgboost');
const withBody = (body: Body, connections: number) => ({ ...body, connections, seconds: SECONDS });
console.log('| FP32 input | binary req/s | times JSON | p50 ms | p99 ms | errors |\n|---|---|---|---|---|---|');
for (const { title, rows, connections } of CASES) {
  const values = Float32Array.from({ length: rows * COLUMNS }, (_, i) => (i * 0.618034) % 1);
  const tensor = { name: 'predict', shape: [rows, COLUMNS], values };
  const { got, ratio } = await compare(
    { ...server, url },
    { ...server, url },
    withBody(binaryBody(tensor), connections),
    ROUNDS,
    withBody(jsonBody(tensor), connections),
  );
  const cells = [title, got.requestsPerSecond.toFixed(0), ratio.toFixed(1), got.p50Ms, got.p99Ms, got.errors];
  console.log(`| ${cells.join(' | ')} |`);
}
await server.stop();
