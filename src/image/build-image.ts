import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerError } from '../core/errors.js';
import { runCommand } from './run-command.js';
import { writeDockerfile } from './write-dockerfile.js';

export interface BuildImageOptions {
  readonly folder: string;
  readonly tag: string;
  readonly noCache?: boolean;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Gets what the builder says. */
  readonly onOutput: (text: string) => void;
}

/** The build context that holds Modelyard itself. */
const CONTEXT = 'modelyard';

/** Builds an image of a folder, in which nothing is written. Throws FAILED_PRECONDITION without an engine, and when the build fails. */
export async function buildImage({ folder, tag, noCache, env, onOutput }: BuildImageOptions): Promise<void> {
  await findEngine(env);
  const target = await mkdtemp(join(tmpdir(), 'modelyard-image-'));
  try {
    await writeDockerfile({ folder, target, context: CONTEXT, env });
    const args = ['build', '--rm', ...(noCache ? ['--no-cache'] : []), '--build-context', `${CONTEXT}=${target}`];
    const all = [...args, folder, '-f', join(target, 'Dockerfile'), '-t', tag];
    const { code } = await runCommand('docker', all, { env: { ...env, DOCKER_BUILDKIT: '1' }, onOutput });
    if (code !== 0) throw new ServerError('FAILED_PRECONDITION', `'docker build' ended with exit code ${code}`);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function findEngine(env: Readonly<NodeJS.ProcessEnv>): Promise<void> {
  const advice = "'modelyard dockerfile' writes the files for a builder elsewhere";
  const asked = runCommand('docker', ['version', '--format', '{{.Server.Version}}'], { env });
  const { code, output } = await asked.catch((error: ServerError) => {
    throw new ServerError('FAILED_PRECONDITION', `${error.message}: is Docker installed? ${advice}`, { cause: error });
  });
  if (code === 0) return;
  throw new ServerError(
    'FAILED_PRECONDITION',
    `docker finds no engine: ${output.trim().split('\n').at(-1)}; ${advice}`,
  );
}
