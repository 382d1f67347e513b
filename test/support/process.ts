import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Lifetime } from './lifetime.js';
import { LogLines } from './log-lines.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface CliOptions {
  readonly args: readonly string[];
  readonly workingDirectory?: string;
  /** Over this process's own variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The command line program as a process of its own; it ends with the test at the latest. */
export class CliProcess {
  readonly log = new LogLines();
  /** The exit code, when the process has ended and all that it wrote is here. */
  readonly exit: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly started = performance.now();
  private written = '';
  private errorText = '';

  constructor(t: Lifetime, { args, workingDirectory, env }: CliOptions) {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: workingDirectory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.written += text;
      this.log.add(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errorText += text;
    });
    this.exit = new Promise(resolve =>
      child.on('close', code => {
        this.log.end();
        resolve(code);
      }),
    );
    t.after(() => child.kill('SIGKILL'));
  }

  get output(): string {
    return this.written;
  }

  get errors(): string {
    return this.errorText;
  }

  get elapsedMs(): number {
    return performance.now() - this.started;
  }

  /** The port that an endpoint says it runs on, when it does. */
  async port(endpoint: 'HTTP' | 'Metrics'): Promise<number> {
    const { message } = await this.log.find(new RegExp(`^${endpoint} server running on `));
    return Number(new URL(message.slice(message.indexOf('http://'))).port);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
