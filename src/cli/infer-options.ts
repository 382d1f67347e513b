import { Command, InvalidArgumentError, Option } from 'commander';
import type { CliHost } from './host.js';

/** What `modelyard infer` was asked for. */
export interface InferOptions {
  /** With or without a scheme. */
  readonly url: string;
  readonly modelName: string;
  /** '-' is stdin, and stdout. */
  readonly inputDataPath: string;
  readonly outputDataPath: string;
  readonly workers: number;
  readonly retries: number;
  readonly batchSize: number;
  readonly requestHeaders?: readonly (readonly [name: string, value: string])[];
  /** Seconds, as the next two. */
  readonly timeout: number;
  readonly batchInterval: number;
  readonly batchJitter: number;
  readonly binaryData?: boolean;
  readonly useSsl?: boolean;
  readonly insecure?: boolean;
  /** 0: progress only; 1: failures and retries; 2: every request. */
  readonly verbose: number;
  readonly extraVerbose?: boolean;
}

type Parser = (text: string, previous: unknown) => unknown;

interface OptionSettings {
  readonly value?: unknown;
  readonly parse?: Parser;
}

/** The command `infer`; its options have MLServer's names. `run` gets an InferOptions. */
export function inferCommand(run: (options: InferOptions) => Promise<void>): Command {
  const command = new Command('infer')
    .description('send a file of requests to a server: one V2 request as JSON a line, one answer a line')
    .addHelpText('after', MORE_HELP)
    .action(run);
  const add = (flags: string, description: string, { value, parse }: OptionSettings) => {
    const option = new Option(flags, description).default(value);
    command.addOption(parse === undefined ? option : option.argParser(parse));
    return option;
  };
  add('-m, --model-name <NAME>', 'model that answers', {}).makeOptionMandatory();
  add('-i, --input-data-path <FILE>', "requests; '-' is stdin", {}).makeOptionMandatory();
  add('-o, --output-data-path <FILE>', "answers, in the same order; '-' is stdout", {}).makeOptionMandatory();
  add('-u, --url <URL>', 'server, as host:port or as http(s)://host:port', { value: 'localhost:8080' });
  add('-w, --workers <N>', 'requests under way at a time', { value: 10, parse: count(1) });
  add('-s, --batch-size <N>', 'lines that share a request', { value: 1, parse: count(1) });
  add('-r, --retries <N>', 'further attempts after 429, 503 or no answer', { value: 3, parse: count(0) });
  add('--timeout <SECONDS>', 'longest silence of the server', { value: 60, parse: seconds });
  add('-H, --request-headers <HEADER>', "'Name: value'; may be repeated", { parse: header });
  add('--batch-interval <SECONDS>', 'what each worker waits before a request', { value: 0, parse: seconds });
  add('--batch-jitter <SECONDS>', 'the most that is added to it at random', { value: 0, parse: seconds });
  add('-t, --transport <NAME>', 'rest; there is no other', { value: 'rest', parse: transport });
  add('-b, --binary-data', 'refused: lines are sent as the JSON they are', {}).hideHelp();
  add('--use-ssl', 'https, where the URL does not say', {});
  add('--insecure', 'take any certificate', {});
  add('-v, --verbose', 'tell failures and retries; -vv tells every request', { value: 0, parse: increase });
  add('--extra-verbose', 'the same as -vv', {});
  return command;
}

const MORE_HELP = `
Each option may be set by a variable of its name, too: MLSERVER_INFER_BATCH_SIZE=16.
Exit code: 0 when every line was answered, 1 when not, 2 when nothing was sent.`;

/** Takes options from MLServer's variables, which those of the command line win over. Ends the command where one is no value. */
export function readInferVariables(command: Command, env: CliHost['env']): void {
  for (const option of command.options) {
    const name = option.name() === 'timeout' ? 'connection-timeout' : option.name();
    const variable = `MLSERVER_INFER_${name.replaceAll('-', '_').toUpperCase()}`;
    const text = env[variable];
    if (text === undefined) continue;
    const parse: Parser | undefined = option.parseArg ?? (option.isBoolean() ? flag : undefined);
    try {
      const value = parse === undefined ? text : parse(text, option.defaultValue);
      command.setOptionValueWithSource(option.attributeName(), value, 'env');
    } catch (error) {
      command.error(`error: variable ${variable} is '${text}'. ${(error as Error).message}`);
    }
  }
}

function count(least: number) {
  return (text: string) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
  };
}

/** The most that Node's timers take. */
const LONGEST_SECONDS = 2 ** 31 / 1000 - 1;

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= LONGEST_SECONDS) return value;
  throw new InvalidArgumentError('Expected a number of seconds.');
}

const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

function header(text: string, previous: unknown): (readonly [string, string])[] {
  const match = HEADER.exec(text);
  if (match === null) throw new InvalidArgumentError("Expected 'Name: value'.");
  return [...((previous ?? []) as (readonly [string, string])[]), [match[1], match[2].trimEnd()]];
}

function transport(text: string): string {
  if (text === 'rest') return text;
  if (text === 'grpc') throw new InvalidArgumentError("The 'grpc' transport is not supported (nor is it in MLServer).");
  throw new InvalidArgumentError("Expected 'rest'.");
}

/** Of a variable; the option itself takes no value. */
function flag(text: string): boolean {
  if (/^(1|true|t|yes|y|on)$/i.test(text)) return true;
  if (/^(0|false|f|no|n|off|)$/i.test(text)) return false;
  throw new InvalidArgumentError("Expected 'true' or 'false'.");
}

/** How often the option was given; of a variable, whether it is on. */
function increase(text: string | undefined, previous: unknown): number {
  return (previous as number) + (text === undefined || flag(text) ? 1 : 0);
}
