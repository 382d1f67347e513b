import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PYTHON = join(ROOT, '.venv/bin/python');

/** A model that predict.py trained. */
export interface TrainedModel {
  readonly name: string;
  readonly title: string;
  /** Name and version. */
  readonly library: string;
  /** As convertFile calls it. */
  readonly kind: string;
  /** Paths of the model's file and of its rows: tensors of a request, as JSON. */
  readonly file: string;
  readonly rows: string;
}

/** The libraries in Python, in a process of their own that uses one thread: trains models, and measures them. */
export class PythonLibraries {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    private readonly lines: AsyncIterator<string>,
    readonly models: readonly TrainedModel[],
  ) {}

  /** Trains models by name, in an environment that is made when there is none. Undefined where there is no Python. */
  static async start(names: readonly string[]): Promise<PythonLibraries | undefined> {
    if (!existsSync(PYTHON) && !makeEnvironment()) return undefined;
    const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-'));
    const child = spawn(PYTHON, [join(ROOT, 'bench/predict.py'), folder, ...names], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const models: TrainedModel[] = [];
    for (const name of names) {
      const { file, ...about } = JSON.parse(await nextLine(lines));
      models.push({ ...about, file: join(folder, file), rows: join(folder, `${name}.rows.json`) });
    }
    return new PythonLibraries(folder, child, lines, models);
  }

  /** Microseconds of a call, measured over a time. */
  async micros({ name }: TrainedModel, rows: number, seconds: number): Promise<number> {
    this.child.stdin.write(`${name} ${rows} ${seconds}\n`);
    return Number(await nextLine(this.lines));
  }

  async close(): Promise<void> {
    this.child.stdin.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error('Python ended before its time');
  return value;
}

function makeEnvironment(): boolean {
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' }).status === 0;
  return (
    run('python3', '-m', 'venv', '.venv') && run(PYTHON, '-m', 'pip', 'install', '-q', '-r', 'bench/requirements.txt')
  );
}
