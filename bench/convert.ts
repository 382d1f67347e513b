/**
 * From a model's file to its first answer, with the memory it takes at its peak: `npm run bench:convert`. Each is done by a new
 * process in which the code is loaded and nothing else has happened; the best of several counts. Needs Python to train the models.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConvertPool } from '../src/pool/convert-pool.js';
import { decodeInferRequest } from '../src/rest/infer-json.js';
import { PlannedRuntime } from '../src/runtimes/planned.js';
import { PythonLibraries, type TrainedModel } from './python-libraries.js';

const THREAD = fileURLToPath(new URL('../workers/convert.js', import.meta.url));
const MODELS = ['forest', 'large-forest'];
const RUNS = 5;
const MEGABYTE = 2 ** 20;

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
}

if (process.argv[2] === 'once') {
  const [file, kind, rows] = process.argv.slice(3);
  console.log(JSON.stringify(await fileToAnswer(file, kind, rows)));
} else {
  const python = await PythonLibraries.start(MODELS);
  if (python === undefined) console.log('There is no Python here to train the models.');
  for (const model of python?.models ?? []) {
    const runs = Array.from({ length: RUNS }, () => inNewProcess(model)).sort((a, b) => a.ms - b.ms);
    const fileMb = statSync(model.file).size / MEGABYTE;
    const peak = Math.max(...runs.map(({ peakMb }) => peakMb));
    const times = runs.map(({ ms }) => ms.toFixed(0)).join(', ');
    console.log(
      `${model.title}: ${fileMb.toFixed(1)} MB; ${times} ms; peak ${peak.toFixed(0)} MB, ${(peak / fileMb).toFixed(1)} x the file`,
    );
  }
  await python?.close();
}

function inNewProcess({ file, kind, rows }: TrainedModel): Measured {
  const script = fileURLToPath(import.meta.url);
  return JSON.parse(execFileSync(process.execPath, [script, 'once', file, kind, rows], { encoding: 'utf8' }));
}

async function fileToAnswer(file: string, kind: string, rows: string): Promise<Measured> {
  const request = decodeInferRequest(Buffer.from(`{"inputs":${readFileSync(rows, 'utf8')}}`));
  const cacheFolder = mkdtempSync(join(tmpdir(), 'modelyard-bench-'));
  const pool = new ConvertPool({ filename: THREAD, cacheFolder, buildId: '', timeoutMs: 60_000, memoryMb: 1024 });
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const runtime = await PlannedRuntime.load(await pool.planFor(file, kind));
  await runtime.predict(request);
  const ms = performance.now() - start;
  const peak = process.resourceUsage().maxRSS * 1024;
  await pool.close();
  rmSync(cacheFolder, { recursive: true, force: true });
  return { ms, peakMb: (peak - before) / MEGABYTE };
}
