import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModelPlan, PlanOutput } from '../../src/convert/plan.js';
import type { Datatype } from '../../src/core/datatype.js';
import { columnsOf, type Value } from '../../src/kernels/value.js';
import { compile } from '../../src/runtimes/shortcut.js';
import { type CaseInput, CaseRows, type CaseTensor } from './case-rows.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIXTURES = `${ROOT}test/fixtures/golden/`;
/** The full set of cases lies beside the repository (or beside its worktrees); a clone alone has the fixtures. */
const FULL_SETS = [`${ROOT}../shared/golden/`, `${ROOT}../../shared/golden/`];

export type Tolerance = 'exact' | { readonly rtol: number; readonly atol: number };
/** A list where scikit-learn returns one (multi-output `predict_proba`): its items are the outputs `method-0`, `method-1`, ... */
export type CaseOutput = CaseTensor | { readonly list: readonly CaseTensor[] } | CaseFrame;
/** A data frame: one tensor per column. */
interface CaseFrame {
  readonly columns: readonly string[];
  readonly tensors: readonly CaseTensor[];
}

export interface Question {
  readonly input: CaseInput;
  /** By method. */
  readonly outputs: Readonly<Record<string, CaseOutput>>;
  readonly tolerance: Readonly<Record<string, Tolerance>>;
}

/** A model file and what the library that wrote it answers. */
export interface GoldenCase {
  /** `environment/case` */
  readonly name: string;
  readonly library: string;
  readonly libraryVersion: string;
  readonly implementation: string;
  readonly path: string;
  /** The case's own question, then the further ones of `also`. */
  readonly questions: readonly Question[];
}

/** The full set's folder, or undefined in a clone that stands alone. */
export function fullGoldenSet(): string | undefined {
  return FULL_SETS.find(folder => existsSync(`${folder}index.json`));
}

/** Names of all cases at hand (`environment/case`, sorted) that match: of the fixtures, and of the full set when it is there. */
export function goldenNames(pattern: RegExp): string[] {
  const names = new Set([...fixtureNames(), ...fullSetNames()]);
  return [...names].filter(name => pattern.test(name)).sort();
}

/** Names of the cases that every clone has. */
export function fixtureNames(): string[] {
  return namesIn(FIXTURES);
}

/** Names of the cases of the full set; none in a clone that stands alone. */
export function fullSetNames(): string[] {
  const full = fullGoldenSet();
  return full === undefined ? [] : namesIn(full);
}

/** A case by name. */
export function goldenCase(name: string): GoldenCase {
  const folder = [FIXTURES, ...FULL_SETS].map(set => `${set}${name}/`).find(path => existsSync(`${path}case.json`));
  if (folder === undefined) throw new Error(`there is no golden case '${name}'`);
  const json = JSON.parse(readFileSync(`${folder}case.json`, 'utf8'));
  return {
    name,
    library: json.library,
    libraryVersion: json.library_version,
    implementation: implementationName(json.implementation),
    path: folder + json.file,
    questions: [json, ...(json.also ?? [])],
  };
}

/** What stands in model-settings.json; "onnx" in a case is this server's own runtime. */
export function implementationName(inCase: string): string {
  return inCase === 'onnx' ? 'modelyard.OnnxModel' : inCase;
}

export function modelBytes(golden: GoldenCase): Uint8Array {
  return readFileSync(golden.path);
}

/**
 * Asks the plan every question of the case, method by method - all rows at once, row by row, and in batches of 7 - and fails
 * on the first answer whose shape, datatype or data differ. A method whose golden answer is a list is looked up as
 * `method-0`, `method-1`, ...
 */
export async function checkGolden(plan: ModelPlan, golden: GoldenCase): Promise<void> {
  for (const [q, question] of golden.questions.entries()) {
    const rows = CaseRows.of(question.input, plan.input);
    for (const column of rows.missing) {
      const { missing } = plan.input;
      assert.ok(
        missing === true || (missing !== false && missing[column]),
        `column ${column} must take missing values`,
      );
    }
    for (const [method, wanted] of Object.entries(question.outputs)) {
      const answers = 'list' in wanted ? wanted.list : 'columns' in wanted ? wanted.tensors : [wanted];
      const outputs = plan.outputs.filter(output => output.method === method);
      const names = namesOf(method, wanted);
      const label = `${golden.name}${q === 0 ? '' : ` also ${q}`}`;
      assert.deepEqual(
        outputs.map(output => output.name),
        names,
        `${label}: outputs of ${method}`,
      );
      const program = await compile(plan, outputs, rows.float32);
      try {
        for (const size of [rows.rows, 1, 7]) {
          for (let from = 0; from < rows.rows; from += size) {
            const batch = rows.slice(from, Math.min(from + size, rows.rows));
            const values = await program.run(batch);
            for (const [i, value] of values.entries()) {
              const what = `${label}: ${names[i]}, rows ${from}..${from + batch.rows}`;
              compare(value, outputs[i], batch, answers[i], from, question.tolerance[method], what);
            }
          }
        }
      } finally {
        await program.release();
      }
    }
  }
}

function namesOf(method: string, wanted: CaseOutput): readonly string[] {
  if ('columns' in wanted) return wanted.columns;
  return 'list' in wanted ? wanted.list.map((_, i) => `${method}-${i}`) : [method];
}

function compare(
  value: Value,
  output: PlanOutput,
  batch: CaseRows,
  wanted: CaseTensor,
  from: number,
  tolerance: Tolerance,
  what: string,
): void {
  const datatype = resolveDatatype(output.datatype, batch);
  assert.equal(datatype, wanted.datatype, `${what}: datatype`);
  assert.deepEqual([...value.shape], [batch.rows, ...wanted.shape.slice(1)], `${what}: shape`);
  const width = columnsOf(wanted);
  assert.equal(value.data.length, batch.rows * width, `${what}: number of values`);
  for (let i = 0; i < value.data.length; i++) {
    const expected = wanted.data[from * width + i];
    const got = element(value, i, datatype);
    if (!isClose(got, expected, tolerance)) {
      assert.fail(
        `${what}: row ${from + Math.floor(i / width)}, column ${i % width}: got ${got}, expected ${expected}`,
      );
    }
  }
}

function resolveDatatype(datatype: PlanOutput['datatype'], batch: CaseRows): Datatype {
  if (datatype === 'float') return batch.float32 ? 'FP32' : 'FP64';
  return datatype === 'rows' ? batch.datatype : datatype;
}

function element(value: Value, index: number, datatype: Datatype): number | string | boolean | null {
  const raw = value.data[index];
  if (raw === null || typeof raw === 'string') return raw;
  const number = Number(raw);
  if (datatype === 'BOOL') return number !== 0;
  return datatype === 'FP32' ? Math.fround(number) : number;
}

/** numpy.isclose with NaN equal to NaN (null in the case); labels and text must be equal. */
export function isClose(got: unknown, wanted: unknown, tolerance: Tolerance): boolean {
  if (typeof got !== 'number') return got === wanted;
  if (wanted === null) return Number.isNaN(got);
  if (typeof wanted !== 'number') return false;
  if (got === wanted) return true;
  return tolerance !== 'exact' && Math.abs(got - wanted) <= tolerance.atol + tolerance.rtol * Math.abs(wanted);
}

function namesIn(set: string): string[] {
  return listFolders(set)
    .flatMap(environment => listFolders(`${set}${environment}/`).map(name => `${environment}/${name}`))
    .filter(name => existsSync(`${set}${name}/case.json`));
}

function listFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();
}
