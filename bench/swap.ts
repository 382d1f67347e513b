/**
 * Loads models into 2 workers while 64 clients ask, and prints how long requests take meanwhile beside how long they take without;
 * `node dist/bench/swap.js`. Each load converts the model's file anew. Ends with code 1 when a request fails, or when the 99th
 * percentile during loads is more than three times that without.
 */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { digitsBody } from './bodies.js';
import { Clients, type Exchange } from './clients.js';
import { startModelyard, untilReady } from './process.js';

const CLIENTS = 64;
const LOADS = 12;
const PAUSE_MS = 400;
const LIMIT = 3;
const CACHE = join(tmpdir(), 'modelyard-bench-swap-cache');

interface Span {
  readonly from: number;
  readonly to: number;
}

const overlaps =
  ({ from, to }: Span) =>
  (exchange: Exchange) =>
    exchange.sent < to && exchange.answered > from;

function percentile(exchanges: readonly Exchange[], share: number): number {
  const times = exchanges.map(({ sent, answered }) => answered - sent).sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))];
}

/** Loads a model again and again; the times from asking to 200. */
async function loads(server: string, model: string): Promise<Span[]> {
  const spans: Span[] = [];
  for (let i = 0; i < LOADS; i++) {
    await rm(CACHE, { recursive: true, force: true });
    const from = performance.now();
    const { status } = await fetch(new URL(`/v2/repository/models/${model}/load`, server), { method: 'POST' });
    if (status !== 200) throw new Error(`the load of ${model} answered ${status}`);
    spans.push({ from, to: performance.now() });
    await delay(PAUSE_MS);
  }
  return spans;
}

async function measure(model: string): Promise<{ readonly line: string; readonly good: boolean }> {
  const batching = { maxBatchSize: 64, maxBatchTimeSeconds: 0.001 };
  const server = await startModelyard({ parallelWorkers: 2, ...batching, settings: { cache_dir: CACHE } });
  await untilReady(server);
  const clients = new Clients(server.url, digitsBody(1));
  await clients.start(CLIENTS);
  await delay(3_000);
  const before = { from: performance.now(), to: 0 };
  await delay(4_000);
  before.to = performance.now();
  const spans = await loads(server.url, model);
  clients.stop();
  await server.stop();

  const quiet = clients.exchanges.filter(overlaps(before));
  const during = clients.exchanges.filter(exchange => spans.some(span => overlaps(span)(exchange)));
  const errors = clients.exchanges.filter(({ ok }) => !ok).length;
  const loadMs = spans.map(({ from, to }) => to - from).sort((a, b) => a - b)[LOADS >> 1];
  const [p99, p99During] = [percentile(quiet, 0.99), percentile(during, 0.99)];
  const cells = [
    model,
    loadMs.toFixed(0),
    ...[percentile(quiet, 0.5), percentile(during, 0.5), p99, p99During].map(ms => ms.toFixed(1)),
    (p99During / p99).toFixed(2),
    percentile(during, 1).toFixed(1),
    clients.exchanges.length,
    errors,
  ];
  return { line: `| ${cells.join(' | ')} |`, good: errors === 0 && p99During <= LIMIT * p99 };
}

const HEAD =
  '| loaded | load ms | p50 before | p50 during | p99 before | p99 during | ratio | slowest | requests | errors |';
console.log(`${HEAD}\n${HEAD.replaceAll(/[^|]+/g, ' --- ')}`);
for (const model of ['mnist-svm', 'mushroom-xgboost']) {
  const { line, good } = await measure(model);
  console.log(line);
  if (!good) process.exitCode = 1;
}
await rm(CACHE, { recursive: true, force: true });
