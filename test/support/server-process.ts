import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeFile } from './temporary-folder.js';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const SETTINGS = {
  host: '127.0.0.1',
  http_port: 0,
  grpc_port: 0,
  metrics_endpoint: '',
  debug: false,
  log_format: 'json',
};

const OUTCOME = /^(Loaded|Couldn't load) model /;

/** A line of the server's log. */
export interface LogLine {
  readonly message: string;
  readonly model_name?: string;
}

/** What the process holds in memory, in bytes. */
export interface MemoryUse {
  readonly now: number;
  /** The most since the last look. */
  readonly peak: number;
}

/** `modelyard start` on a folder, which is its working directory too, with free ports. */
export class ServerProcess {
  private readonly lines: LogLine[] = [];
  private readonly changes = new EventEmitter();
  private readonly exited: Promise<unknown>;
  private url = '';

  private constructor(private readonly child: ChildProcess) {
    createInterface(child.stdout!).on('line', line => {
      this.lines.push(JSON.parse(line));
      this.changes.emit('change');
    });
    this.exited = once(child, 'exit').then(() => this.changes.emit('change'));
  }

  /** Resolves when it listens, with models still to load. `program`: what Node is told to run, flags first. */
  static async start(
    folder: string,
    settings: Readonly<Record<string, unknown>> = {},
    program: readonly string[] = [CLI],
  ): Promise<ServerProcess> {
    writeFile(join(folder, 'settings.json'), { ...SETTINGS, ...settings });
    const child = spawn(process.execPath, [...program, 'start', '.'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const server = new ServerProcess(child);
    server.url = await server.logged(line => /^HTTP server running on (\S+)/.exec(line.message)?.[1]);
    return server;
  }

  /** What `find` makes of the first line of the log, of those that were and those to come, for which it is not undefined. */
  async logged<T>(find: (line: LogLine) => T | undefined): Promise<T> {
    for (let at = 0; ; at++) {
      while (at === this.lines.length) {
        if (!this.running) throw new Error(`the server ended with ${this.child.exitCode}`);
        await once(this.changes, 'change');
      }
      const found = find(this.lines[at]);
      if (found !== undefined) return found;
    }
  }

  /** The log so far. */
  get logLines(): readonly LogLine[] {
    return [...this.lines];
  }

  /** Resolves when a model is loaded or refused. */
  async settled(model: string): Promise<void> {
    await this.logged(line => (line.model_name === model && OUTCOME.test(line.message)) || undefined);
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path);
  }

  post(path: string, body: unknown): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Undefined where the system does not tell. */
  memory(): MemoryUse | undefined {
    if (process.platform !== 'linux') return undefined;
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
    const use = { now: read('VmRSS'), peak: read('VmHWM') };
    writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5');
    return use;
  }

  /** Asks it to stop, and resolves with its exit code; null when a signal ended it. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    await this.exited;
    return this.child.exitCode;
  }

  /** Keeps its connections and does nothing until `thaw`. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
