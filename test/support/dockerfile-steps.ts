import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';

/** What the last stage of a Dockerfile leaves behind. */
export interface BuiltImage {
  /** Stands for `/`. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly instructions: ReadonlyMap<string, string>;
}

interface Stage {
  readonly root: string;
  workingDirectory: string;
  readonly env: Record<string, string>;
  readonly instructions: Map<string, string>;
}

export interface BuildOptions {
  readonly context: string;
  /** Other contexts by name. */
  readonly contexts?: Readonly<Record<string, string>>;
  /** Text of a .dockerignore: names, which may have stars, in the context or after `**` in any folder of it. */
  readonly ignore: string;
  /** Where stages get their roots. */
  readonly target: string;
  /** PATH of the base image. */
  readonly path: string;
}

/**
 * Carries out a Dockerfile without an engine: a folder stands for each stage's root, COPY copies, and RUN runs in a shell on this
 * machine, whose own programs stand for the base image's. Knows what the Dockerfile of modelyard uses, and throws at the rest.
 */
export function runDockerfile(text: string, options: BuildOptions): BuiltImage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const [instruction, argument] of instructionsOf(text)) {
    if (instruction === 'ARG') continue;
    if (instruction === 'FROM') {
      const name = / AS (\S+)$/.exec(argument)?.[1] ?? 'final';
      const root = join(options.target, name);
      mkdirSync(root, { recursive: true });
      stage = { root, workingDirectory: root, env: { PATH: options.path }, instructions: new Map() };
      stages.set(name, stage);
    } else {
      carryOut(instruction, argument, stage!, stages, options);
    }
  }
  return stage!;
}

/** Logical lines: comments gone, continued lines joined. */
function instructionsOf(text: string): [instruction: string, argument: string][] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  return lines.filter(line => line !== '').map(line => [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)]);
}

function carryOut(
  instruction: string,
  argument: string,
  stage: Stage,
  stages: ReadonlyMap<string, Stage>,
  options: BuildOptions,
): void {
  const inside = (path: string) => (isAbsolute(path) ? join(stage.root, path) : join(stage.workingDirectory, path));
  switch (instruction) {
    case 'WORKDIR':
      stage.workingDirectory = inside(argument);
      mkdirSync(stage.workingDirectory, { recursive: true });
      return;
    case 'ENV':
      for (const [, name, value] of argument.matchAll(/(\w+)=(\S+)/g)) {
        const rooted = value.startsWith('/') ? join(stage.root, value) : value;
        stage.env[name] = rooted.replace('$PATH', stage.env.PATH);
      }
      return;
    case 'COPY': {
      const [, from, source, destination] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(argument)!;
      const origin = stages.get(from)?.root ?? options.contexts?.[from] ?? options.context;
      const to = inside(
        destination.endsWith('/') && source !== '.' ? join(destination, basename(source)) : destination,
      );
      const ignored = from === undefined ? ignoredBy(options.ignore, options.context) : () => false;
      cpSync(join(origin, source), to, { recursive: true, verbatimSymlinks: true, filter: path => !ignored(path) });
      return;
    }
    case 'RUN': {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', argument], {
        cwd: stage.workingDirectory,
        env: stage.env,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`RUN ${argument}\nended with ${status}: ${stdout}${stderr}`);
      return;
    }
    case 'USER':
    case 'EXPOSE':
    case 'HEALTHCHECK':
    case 'ENTRYPOINT':
    case 'CMD':
      stage.instructions.set(instruction, argument);
      return;
    default:
      throw new Error(`${instruction} is not known here`);
  }
}

function ignoredBy(ignore: string, context: string): (path: string) => boolean {
  const rules = ignore
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const anywhere = line.startsWith('**/');
      const name = line
        .slice(anywhere ? 3 : 0)
        .replaceAll('.', '\\.')
        .replaceAll('*', '[^/]*');
      return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${name}$`);
    });
  return path => rules.some(rule => rule.test(path.slice(context.length + 1)));
}

/**
 * What `npm install ./modelyard-*.tgz` leaves behind, from packages that are installed already: all are links, but the one that
 * later steps take files from is a copy, in which an empty file stands for each large one of another platform.
 */
export function installFrom(nodeModules: string, tarball: string, target: string): void {
  const installed = join(target, 'node_modules');
  mkdirSync(join(installed, 'modelyard'), { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(installed, 'modelyard')]);
  for (const name of readdirSync(nodeModules)) {
    if (name.startsWith('.') || name === 'onnxruntime-node' || name === 'modelyard') continue;
    run('ln', ['-s', join(nodeModules, name), join(installed, name)]);
  }
  const runtime = join(nodeModules, 'onnxruntime-node');
  const foreign = (path: string) =>
    /\/bin\/napi-[^/]+\/[^/]+\/[^/]+\/./.test(path) && !path.includes(`/linux/${process.arch}/`);
  cpSync(runtime, join(installed, 'onnxruntime-node'), { recursive: true, filter: path => !foreign(path) });
  for (const path of readdirSync(join(installed, 'onnxruntime-node/bin'), { recursive: true, encoding: 'utf8' })) {
    if (path.split('/').length === 3 && !path.endsWith(`linux/${process.arch}`)) {
      run('touch', [join(installed, 'onnxruntime-node/bin', path, 'library')]);
    }
  }
  const program = join(installed, 'modelyard/dist/src/cli/main.js');
  mkdirSync(join(installed, '.bin'));
  run('chmod', ['+x', program]);
  run('ln', ['-s', '../modelyard/dist/src/cli/main.js', join(installed, '.bin/modelyard')]);
  if (!existsSync(program)) throw new Error(`${tarball} holds no program`);
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
