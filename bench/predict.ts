/**
 * Microseconds of a call, one thread, in process: our runtime on the plan of a model's file, beside the library that wrote the
 * file: `npm run bench:predict [model ...]`. Both are measured in turn, several times, and of each the 10th percentile in its best
 * round counts: whatever else the machine does only ever adds time. Without Python the table of the last run is shown.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { convertFile } from '../src/convert/convert-file.js';
import { encodePlan } from '../src/convert/plan-file.js';
import type { InferRequest } from '../src/core/protocol.js';
import { sliceRows, type Tensor } from '../src/core/tensor.js';
import { decodeInferRequest } from '../src/rest/infer-json.js';
import { PlannedRuntime } from '../src/runtimes/planned.js';
import type { Runtime } from '../src/runtimes/runtime.js';
import { PythonLibraries, type TrainedModel } from './python-libraries.js';

const MODELS = ['svc', 'forest', 'xgboost', 'lightgbm', 'logistic', 'mlp', 'knn', 'columns', 'text'];
const SIZES = [1, 32, 512];
const ROUNDS = 5;
/** Of one measurement. */
const SECONDS = 0.2;
const RESULTS = fileURLToPath(new URL('../../bench/results/predict.md', import.meta.url));

const asked = process.argv.slice(2);
const python = await PythonLibraries.start(asked.length > 0 ? asked : MODELS);
if (python === undefined) {
  console.log('There is no Python here. The last run where there was one:\n');
  console.log(existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '(none)');
} else {
  await run(python);
  await python.close();
}

async function run(libraries: PythonLibraries): Promise<void> {
  const head = ['Model', 'Library', ...SIZES.map(size => `${size} ${size === 1 ? 'row' : 'rows'}`)];
  const lines = [head.join(' | '), head.map(() => '---').join(' | ')];
  console.log(lines.join('\n'));
  for (const model of libraries.models) {
    lines.push(await compare(libraries, model));
    console.log(lines.at(-1));
  }
  if (asked.length === 0) writeFileSync(RESULTS, `${about()}\n\n${lines.map(line => `| ${line} |`).join('\n')}\n`);
}

function about(): string {
  return [
    '`npm run bench:predict`: microseconds a call in the library / in Modelyard, and how many times faster Modelyard is.',
    `One thread of ${cpus()[0].model.trim()}, Node ${process.versions.node}.`,
  ].join('\n');
}

async function compare(libraries: PythonLibraries, model: TrainedModel): Promise<string> {
  const cells = [model.title, model.library];
  const runtime = await load(model);
  const { inputs } = decodeInferRequest(Buffer.from(`{"inputs":${readFileSync(model.rows, 'utf8')}}`));
  for (const size of SIZES) {
    const request = firstRows(inputs, size);
    const [theirs, ours]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await micros(runtime, request));
      theirs.push(await libraries.micros(model, size, SECONDS));
    }
    const [library, modelyard] = [Math.min(...theirs), Math.min(...ours)];
    cells.push(`${digits(library)} / ${digits(modelyard)} = **${digits(library / modelyard)}**`);
  }
  return cells.join(' | ');
}

async function load({ file, kind }: TrainedModel): Promise<Runtime> {
  const planFile = `${file}.plan`;
  writeFileSync(planFile, encodePlan(await convertFile(file, kind)));
  return PlannedRuntime.load(planFile);
}

function firstRows(inputs: readonly Tensor[], rows: number): InferRequest {
  return { inputs: inputs.map(tensor => sliceRows(tensor, 0, rows)) };
}

async function micros(runtime: Runtime, request: InferRequest): Promise<number> {
  const taken: number[] = [];
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end || taken.length < 5; ) {
    const start = process.hrtime.bigint();
    await runtime.predict(request);
    taken.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  taken.sort((a, b) => a - b);
  return taken[Math.floor(taken.length / 10)];
}

function digits(number: number): string {
  return number >= 100 ? number.toFixed(0) : number.toPrecision(2);
}
