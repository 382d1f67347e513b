import { Command, CommanderError, Option } from 'commander';
import { packageVersion } from '../settings/package-version.js';
import { TEMPLATES, type Template } from '../templates/create-folder.js';
import { type CliHost, processHost } from './host.js';
import { inferCommand, readInferVariables } from './infer-options.js';
import type { StartServer } from './start.js';

const USAGE_ERROR = 2;

/**
 * Runs a command line (without `node` and the script) to its end and resolves with the exit code; 2 for one that cannot be
 * understood. The caller exits the process with it: work that was given up may still be under way. What a command needs is
 * imported when it runs, so that `start` does not wait for the others.
 */
export async function runCli(
  argv: readonly string[],
  start: StartServer,
  host: CliHost = processHost(),
): Promise<number> {
  let exitCode = 0;
  const program = new Command('modelyard')
    .description('Serves machine-learning models over the V2 inference protocol.')
    .version(`modelyard, version ${packageVersion}`, '--version')
    .exitOverride()
    .showHelpAfterError("(see 'modelyard --help')")
    .configureOutput({
      writeOut: text => host.stdout.write(text),
      writeErr: text => host.stderr.write(text),
    });

  program
    .command('start')
    .description('serve the models in FOLDER, which may be one made for MLServer')
    .argument('[FOLDER]', 'folder with settings.json and models', host.env.MLSERVER_MODELS_DIR ?? '.')
    .option('--strict', 'exit with 1 when any model cannot be loaded')
    .option('--config <FILE>', 'serve the models that a JSON list names, instead of those in FOLDER')
    .option('--watch', 'load models as they change in FOLDER')
    .action(async (folder: string, options: { strict?: boolean; config?: string; watch?: boolean }) => {
      const { serveFolder } = await import('./start.js');
      exitCode = await serveFolder({ folder, strict: false, watch: false, ...options }, start, host);
    });

  program
    .command('inspect')
    .description("tell what is in a model's file, without running any of it")
    .argument('<FILE>', 'a file, or a folder of MLflow')
    .option('--json', 'print everything as JSON')
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      const { inspect } = await import('./inspect.js');
      exitCode = await inspect({ file, json }, host);
    });

  program
    .command('convert')
    .description('write a model as one ONNX graph, where it can be one')
    .argument('<FILE>', 'a file, or a folder of MLflow')
    .requiredOption('-o, --output <PATH>', 'where the ONNX model goes')
    .action(async (file: string, { output }: { output: string }) => {
      const { convertToOnnx } = await import('./convert.js');
      exitCode = await convertToOnnx({ file, output }, host);
    });

  program
    .command('build')
    .description('build a Docker image of FOLDER')
    .argument('<FOLDER>', 'folder with settings.json and models')
    .requiredOption('-t, --tag <TAG>', 'name of the image')
    .option('--no-cache', 'run every step again')
    .action(async (folder: string, { tag, cache }: { tag: string; cache: boolean }) => {
      const { build } = await import('./build.js');
      exitCode = await build({ folder, tag, noCache: !cache }, host);
    });

  program
    .command('dockerfile')
    .description('write a Dockerfile into FOLDER, and what it needs')
    .argument('<FOLDER>', 'folder with settings.json and models')
    .option('-i, --include-dockerignore', 'write a Dockerfile.dockerignore over a .dockerignore of your own')
    .action(async (folder: string, options: { includeDockerignore?: boolean }) => {
      const { dockerfile } = await import('./dockerfile.js');
      exitCode = await dockerfile({ folder, ...options }, host);
    });

  program
    .command('init')
    .description('make a folder with a small model that can be served at once')
    .argument('[FOLDER]', 'is made where it is not there; no file is overwritten', '.')
    .addOption(
      new Option('-t, --template <NAME>', 'kind of model').choices(TEMPLATES).default('sklearn' satisfies Template),
    )
    .action(async (folder: string, { template }: { template: Template }) => {
      const { init } = await import('./init.js');
      exitCode = await init({ folder, template }, host);
    });

  const inferring = inferCommand(async options => {
    const { infer } = await import('./infer.js');
    exitCode = await infer(options, host);
  });
  program.addCommand(inferring.copyInheritedSettings(program));
  program.hook('preSubcommand', (_, command) => {
    if (command === inferring) readInferVariables(inferring, host.env);
  });

  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : USAGE_ERROR;
  }
}
