import { Command, CommanderError } from 'commander';
import { packageVersion } from '../settings/package-version.js';
import { convertToOnnx } from './convert.js';
import { type CliHost, processHost } from './host.js';
import { inspect } from './inspect.js';
import { type StartServer, serveFolder } from './start.js';

const USAGE_ERROR = 2;

/**
 * Runs a command line (without `node` and the script) to its end and resolves with the exit code; 2 for one that cannot be
 * understood. The caller exits the process with it: work that was given up may still be under way.
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
    .argument('[FOLDER]', 'folder with settings.json and models', '.')
    .option('--strict', 'exit with 1 when any model cannot be loaded', false)
    .option('--config <FILE>', 'serve the models that a JSON list names, instead of those in FOLDER')
    .option('--watch', 'load models as they change in FOLDER', false)
    .action(async (folder: string, options: { strict: boolean; config?: string; watch: boolean }) => {
      exitCode = await serveFolder({ folder, ...options }, start, host);
    });

  program
    .command('inspect')
    .description("tell what is in a model's file, without running any of it")
    .argument('<FILE>', 'a file, or a folder of MLflow')
    .option('--json', 'print everything as JSON', false)
    .action(async (file: string, { json }: { json: boolean }) => {
      exitCode = await inspect({ file, json }, host);
    });

  program
    .command('convert')
    .description('write a model as one ONNX graph, where it can be one')
    .argument('<FILE>', 'a file, or a folder of MLflow')
    .requiredOption('-o, --output <PATH>', 'where the ONNX model goes')
    .action(async (file: string, { output }: { output: string }) => {
      exitCode = await convertToOnnx({ file, output }, host);
    });

  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : USAGE_ERROR;
  }
}
