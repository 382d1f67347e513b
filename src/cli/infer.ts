import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inferLines } from '../client/infer-lines.js';
import { escapeLine } from '../logging/escape.js';
import type { CliHost, CliOutput } from './host.js';
import type { InferOptions } from './infer-options.js';
import { InferProgress } from './infer-progress.js';

const STANDARD_STREAM = '-';

/**
 * Sends a file of requests to a server. Resolves with the exit code: 0 when every line was answered, 1 when one failed or the
 * answers cannot be written, 2 when the files or the URL are no such things.
 */
export async function infer(options: InferOptions, host: CliHost): Promise<number> {
  let output: Output;
  let url: URL;
  let source: AsyncIterable<Uint8Array>;
  try {
    if (options.binaryData) throw new Error('--binary-data is not supported: lines are sent as the JSON they are');
    url = inferUrl(options);
    source = await openInput(options, host);
    output = await openOutput(options, host);
  } catch (error) {
    host.stderr.write(`error: ${escapeLine((error as Error).message)}\n`);
    return 2;
  }
  const progress = new InferProgress(host.stderr, host.clock, options.extraVerbose ? 2 : options.verbose);
  try {
    await inferLines(source, output.write, {
      url,
      headers: options.requestHeaders ?? [],
      workers: options.workers,
      batchSize: options.batchSize,
      retries: options.retries,
      timeoutMs: options.timeout * 1000,
      insecure: options.insecure ?? false,
      intervalMs: options.batchInterval * 1000,
      jitterMs: options.batchJitter * 1000,
      clock: host.clock,
      observer: progress,
    });
    await output.close();
  } catch (error) {
    progress.end();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE') host.stderr.write(`error: ${escapeLine(message)}\n`);
    return 1;
  }
  progress.end();
  return progress.failed === 0 ? 0 : 1;
}

function inferUrl({ url: written, modelName, useSsl }: InferOptions): URL {
  const withScheme = /^https?:\/\//i.test(written) ? written : `${useSsl ? 'https' : 'http'}://${written}`;
  if (!URL.canParse(withScheme)) throw new Error(`--url '${written}': expected host:port or http(s)://host:port`);
  const url = new URL(withScheme);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v2/models/${encodeURIComponent(modelName)}/infer`;
  return url;
}

async function openInput({ inputDataPath: path }: InferOptions, host: CliHost): Promise<AsyncIterable<Uint8Array>> {
  if (path === STANDARD_STREAM) return host.stdin;
  const file = resolve(host.workingDirectory, path);
  try {
    if ((await stat(file)).isDirectory()) throw new Error('expected a file, found a folder');
    const stream = createReadStream(file);
    await once(stream, 'open');
    return stream;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`--input-data-path '${path}'${code === undefined ? `: ${message}` : ` cannot be read (${code})`}`);
  }
}

/** Where answers go. */
interface Output {
  /** Settles when there is room for more. */
  readonly write: (text: string) => Promise<void>;
  close(): Promise<void>;
}

async function openOutput(options: InferOptions, host: CliHost): Promise<Output> {
  const path = options.outputDataPath;
  if (path === STANDARD_STREAM) return { write: text => writeTo(host.stdout, text), close: async () => {} };
  const file = resolve(host.workingDirectory, path);
  if (await isSameFile(file, resolve(host.workingDirectory, options.inputDataPath))) {
    throw new Error(`--output-data-path '${path}' is the input, which it would overwrite`);
  }
  const handle: FileHandle = await open(file, 'w').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`--output-data-path '${path}' cannot be written (${error.code})`);
  });
  return {
    write: async text => {
      await handle.appendFile(text);
    },
    close: () => handle.close(),
  };
}

function writeTo(stream: CliOutput, text: string): Promise<void> {
  return new Promise((resolve, reject) => stream.write(text, error => (error ? reject(error) : resolve())));
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map(path => stat(path).catch(() => undefined)));
  if (first === undefined || second === undefined || !first.isFile()) return false;
  return first.ino === second.ino && first.dev === second.dev;
}
