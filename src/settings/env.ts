import { join } from 'node:path';
import { parseDotenv } from './dotenv.js';
import type { Place } from './settings-error.js';
import { readTextFile } from './text-file.js';

/** A variable that is set, and where. */
export interface Variable {
  readonly text: string;
  readonly at: Place;
}

/** Variables by upper-case name: their case does not matter, but the upper-case spelling wins over others. */
function index(variables: Iterable<readonly [string, string | undefined]>, source: string): Map<string, Variable> {
  const byName = new Map<string, Variable>();
  for (const [name, text] of variables) {
    const upper = name.toUpperCase();
    if (text !== undefined && (name === upper || !byName.has(upper))) {
      byName.set(upper, { text, at: { source, field: name } });
    }
  }
  return byName;
}

/** The process's variables over those of a `.env` file. */
export class Environment {
  /** Strongest first. */
  private readonly sources: ReadonlyMap<string, Variable>[];

  constructor(variables: Readonly<NodeJS.ProcessEnv>, dotenv?: { text: string; path: string }) {
    const process = new Map(Object.entries(variables));
    this.sources = [index(process, 'environment')];
    if (dotenv !== undefined) this.sources.push(index(parseDotenv(dotenv.text, process), dotenv.path));
  }

  /** All settings of a variable that goes by any of these upper-case names, strongest first. */
  findAll(names: readonly string[]): Variable[] {
    return this.sources.flatMap(source => names.map(name => source.get(name)).filter(found => found !== undefined));
  }
}

/** The environment with the `.env` of the working directory (not of the model folder), if there is one. */
export async function readEnvironment(
  variables: Readonly<NodeJS.ProcessEnv>,
  workingDirectory: string,
): Promise<Environment> {
  const path = join(workingDirectory, '.env');
  const text = await readTextFile(path);
  return new Environment(variables, text === undefined ? undefined : { text, path });
}
