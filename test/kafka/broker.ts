import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Lifetime } from '../support/lifetime.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SCRIPT = fileURLToPath(new URL('../../../test/kafka/broker.sh', import.meta.url));
const run = promisify(execFile);

export interface BrokerOptions {
  /** Settings of the broker, as `key=value`. */
  readonly set?: readonly string[];
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

  static async start(t: Lifetime, { set = [] }: BrokerOptions = {}): Promise<Broker> {
    const folder = temporaryFolder(t);
    const broker = new Broker(await freePorts(), folder, set);
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

  private async script(...args: string[]): Promise<void> {
    await run('bash', [SCRIPT, ...args, '--port', String(this.port), '--dir', this.folder]);
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
