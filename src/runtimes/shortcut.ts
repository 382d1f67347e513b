import type { ModelPlan, PlanOutput } from '../convert/plan.js';
import { columnsOf, type Value } from '../kernels/value.js';
import type { SessionOptions } from '../wire/messages.js';
import { Program } from './program.js';
import type { RowSource } from './row-source.js';
import { SomeRows } from './some-rows.js';

/** What makes a plan's outputs of rows: a program, or two of which the second is for what the first leaves open. */
export type Executable = Pick<Program, 'run' | 'owns' | 'release'>;

/** Makes a plan ready for these outputs, by their shortcut when there is one. */
export async function compile(
  plan: ModelPlan,
  outputs: readonly PlanOutput[],
  float32: boolean,
  options: SessionOptions = {},
): Promise<Executable> {
  const exact = await Program.compile(plan, outputs, float32, options);
  const [{ shortcut }] = outputs;
  if (outputs.length > 1 || shortcut === undefined) return exact;
  return new Shortcut(await Program.compile(plan, [shortcut, { value: shortcut.sure }], float32, options), exact);
}

/** Takes the shortcut to an output's value, and makes the rows for which that is not sure again. */
class Shortcut implements Executable {
  constructor(
    private readonly quick: Program,
    private readonly exact: Program,
  ) {}

  async run(source: RowSource): Promise<Value[]> {
    const [value, sure] = await this.quick.run(source);
    const open = positionsOfZero(sure.data as Uint8Array);
    if (open.length === source.rows) return this.exact.run(source);
    if (open.length > 0) {
      const [made] = await this.exact.run(new SomeRows(source, open));
      copyRows(made, value, open);
    }
    return [value];
  }

  owns(result: number): boolean {
    return this.quick.owns(result);
  }

  async release(): Promise<void> {
    await this.quick.release();
    await this.exact.release();
  }
}

function positionsOfZero(flags: Uint8Array): number[] {
  const positions: number[] = [];
  for (let at = flags.indexOf(0); at >= 0; at = flags.indexOf(0, at + 1)) positions.push(at);
  return positions;
}

/** Row i of `from` becomes row `rows[i]` of `to`. */
function copyRows(from: Value, to: Value, rows: readonly number[]): void {
  const width = columnsOf(to);
  const [source, target] = [from.data as Float64Array, to.data as Float64Array];
  rows.forEach((row, i) => {
    for (let j = 0; j < width; j++) target[row * width + j] = source[i * width + j];
  });
}
