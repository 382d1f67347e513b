/**
 * Starts servers with 100 models of 1 MB and prints how long they take to be ready, what they hold in memory and what they use while
 * nobody asks; `node dist/bench/many-models.js`. "Cold": every file is converted; "warm": the plans are in the cache.
 */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeOnnxModel } from '../src/formats/onnx-write.js';
import { processUse, startModelyard, untilReady } from './process.js';

const MODELS = 100;
const IDLE_SECONDS = 5;
const CACHE = join(tmpdir(), 'modelyard-bench-models-cache');
const FEATURES = 20;

/** Full trees of depth 6 in XGBoost's JSON, about 1 MB of them; no two seeds make the same. */
function xgboostModel(seed: number): string {
  const [splits, nodes, trees] = [63, 127, 150];
  const inner = (value: (node: number) => number, leaf: (node: number) => number) =>
    Array.from({ length: nodes }, (_, node) => (node < splits ? value(node) : leaf(node)));
  const tree = (id: number) => ({
    id,
    left_children: inner(
      node => 2 * node + 1,
      () => -1,
    ),
    right_children: inner(
      node => 2 * node + 2,
      () => -1,
    ),
    split_indices: inner(
      node => (node * 7 + id) % FEATURES,
      () => 0,
    ),
    split_conditions: inner(
      node => Math.sin(node + id),
      node => Math.cos(node * seed + id),
    ),
    default_left: inner(
      () => 1,
      () => 0,
    ),
    split_type: inner(
      () => 0,
      () => 0,
    ),
    sum_hessian: inner(
      node => Math.sqrt(node + seed),
      node => Math.sqrt(node + id),
    ),
    tree_param: { size_leaf_vector: '1' },
  });
  return JSON.stringify({
    version: [2, 0, 0],
    learner: {
      attributes: {},
      feature_names: [],
      objective: { name: 'reg:squarederror' },
      learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: String(FEATURES), num_target: '1' },
      gradient_booster: {
        name: 'gbtree',
        model: {
          gbtree_model_param: { num_parallel_tree: '1' },
          iteration_indptr: Array.from({ length: trees + 1 }, (_, i) => i),
          tree_info: new Array(trees).fill(0),
          trees: Array.from({ length: trees }, (_, id) => tree(id)),
        },
      },
    },
  });
}

/** A product with a matrix of 512 x 512 numbers. */
function onnxModel(seed: number): Uint8Array {
  const size = 512;
  const data = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i + seed));
  return encodeOnnxModel({
    inputs: [{ name: 'x', type: 'f32', shape: [-1, size] }],
    outputs: [{ name: 'y', type: 'f32', shape: [-1, size] }],
    initializers: [{ name: 'w', type: 'f32', shape: [size, size], data }],
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
  });
}

const KINDS = [
  { name: 'XGBoost, JSON', file: 'model.json', implementation: 'mlserver_xgboost.XGBoostModel', make: xgboostModel },
  { name: 'ONNX', file: 'model.onnx', implementation: 'modelyard.OnnxModel', make: onnxModel },
] as const;
type Kind = (typeof KINDS)[number];

function filesOf({ file, implementation, make }: Kind): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {};
  for (let i = 0; i < MODELS; i++) {
    files[`m${i}/model-settings.json`] = JSON.stringify({ name: `m${i}`, implementation });
    files[`m${i}/${file}`] = make(i + 1);
  }
  return files;
}

async function measure(files: Record<string, string | Uint8Array>) {
  const batching = { maxBatchSize: 64, maxBatchTimeSeconds: 0.001 };
  const server = await startModelyard({
    parallelWorkers: 2,
    ...batching,
    models: [],
    files,
    settings: { cache_dir: CACHE },
  });
  await untilReady(server);
  const readySeconds = (performance.now() - server.startedAt) / 1000;
  const index = await fetch(new URL('/v2/repository/index', server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"ready":true}',
  });
  const ready = ((await index.json()) as unknown[]).length;
  await delay(3_000);
  const before = await processUse(server.pid);
  await delay(IDLE_SECONDS * 1000);
  const after = await processUse(server.pid);
  await server.stop();
  const cpuPercent = ((after.cpuSeconds - before.cpuSeconds) / IDLE_SECONDS) * 100;
  return { readySeconds, ready, rssMb: after.rssMb, cpuPercent };
}

const HEAD =
  '| 100 models of 1 MB | MB in all | start | ready after s | models | RSS MB | RSS MB a model | idle CPU % |';
console.log(`${HEAD}\n${HEAD.replaceAll(/[^|]+/g, ' --- ')}`);
const empty = await measure({});
const { readySeconds, rssMb, cpuPercent } = empty;
console.log(`| none | 0 | - | ${readySeconds.toFixed(1)} | 0 | ${rssMb.toFixed(0)} | - | ${cpuPercent.toFixed(1)} |`);
for (const kind of KINDS) {
  const files = filesOf(kind);
  const bytes = Object.values(files).reduce((sum, content) => sum + content.length, 0);
  await rm(CACHE, { recursive: true, force: true });
  for (const start of ['cold', 'warm']) {
    const got = await measure(files);
    const each = (got.rssMb - rssMb) / MODELS;
    const size = (bytes / 1e6).toFixed(0);
    const cells = [kind.name, size, start, got.readySeconds.toFixed(1), got.ready, got.rssMb.toFixed(0)];
    console.log(`| ${[...cells, each.toFixed(2), got.cpuPercent.toFixed(1)].join(' | ')} |`);
  }
}
await rm(CACHE, { recursive: true, force: true });
