import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Lifetime } from '../support/lifetime.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SCRIPT = fileURLToPath(new URL('../../../test/kafka/broker.sh', import.meta.url));
const run = promisify(execFile);

export interface BrokerOptions {
  /** The one after it is the controller's. Free ones if nothing is said. */
  readonly port?: number;
  /** Settings of a broker that listens on this port, as `key=value`. */
  readonly set?: (port: number) => readonly string[];
}

/** Why no broker can be had; undefined when one can. Pass it as `skip`. */
export const NO_BROKER: string | undefined = ['java', 'mvn'].every(isInstalled)
  ? undefined
  : 'a real broker needs Java and Maven';

/** A real broker in a process of its own, which can be killed and started again. It ends with the test. */
export class Broker {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly set: readonly string[],
  ) {}

  static async start(t: Lifetime, { port, set = () => [] }: BrokerOptions = {}): Promise<Broker> {
    const folder = temporaryFolder(t);
    const own = port ?? (await freePorts());
    const broker = new Broker(own, folder, set(own));
    t.after(() => broker.script('kill'));
    await broker.restart();
    return broker;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Settles when it takes requests. */
  async restart(): Promise<void> {
    await this.script('start', ...this.set.flatMap(setting => ['--set', setting]));
  }

  /** As a crash does it. */
  async kill(): Promise<void> {
    await this.script('kill');
  }

  /** Keeps its connections and says nothing until `thaw`. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Adds a user who may log in by this mechanism of SCRAM. */
  async addUser(name: string, password: string, mechanism: string): Promise<void> {
    const jars = (await this.script('jars')).trim();
    const config = `${mechanism}=[password=${password}]`;
    const args = ['--bootstrap-server', this.address, '--entity-type', 'users', '--entity-name', name];
    await run('java', ['-cp', `${jars}/*`, 'kafka.admin.ConfigCommand', ...args, '--alter', '--add-config', config]);
  }

  private get pid(): number {
    return Number(readFileSync(join(this.folder, 'pid'), 'utf8'));
  }

  private async script(...args: string[]): Promise<string> {
    const { stdout } = await run('bash', [SCRIPT, ...args, '--port', String(this.port), '--dir', this.folder]);
    return stdout;
  }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The first of two neighbouring ports that were free a moment ago; the broker's controller takes the second. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const first = await portIfFree(0);
    if (first !== undefined && (await portIfFree(first + 1)) !== undefined) return first;
  }
}

async function portIfFree(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  } catch {
    return undefined;
  }
  const { port: taken } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return taken;
}
