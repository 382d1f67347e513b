import { spawn } from 'node:child_process';
import { ServerError } from '../core/errors.js';

export interface CommandOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly cwd?: string;
  /** Gets what the command writes, as it comes. */
  readonly onOutput?: (text: string) => void;
}

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** Of stdout and stderr, in the order in which it came. */
  readonly output: string;
}

/** Runs a program to its end. Throws FAILED_PRECONDITION when there is no such program. */
export function runCommand(
  program: string,
  args: readonly string[],
  { env, cwd, onOutput }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    // On Windows npm and some others are scripts, which only a shell runs.
    const child = spawn(program, args, {
      env: { ...env },
      cwd,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onOutput?.(text);
      });
    }
    child.on('error', (cause: NodeJS.ErrnoException) => {
      reject(new ServerError('FAILED_PRECONDITION', `'${program}' cannot be run (${cause.code})`, { cause }));
    });
    child.on('close', code => resolve({ code, output }));
  });
}
