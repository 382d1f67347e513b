import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { escapeLine } from '../logging/escape.js';
import { type Logger, loggerFor } from '../logging/logger.js';
import { type Environment, readEnvironment } from '../settings/env.js';
import { readServerSettings, type ServerSettings } from '../settings/server-settings.js';
import { explain } from './explain.js';
import type { CliHost } from './host.js';
import { listenForStop } from './stop-signals.js';

/** A server that listens. */
export interface RunningServer {
  /** What it listens with, as the log shows it: `{ name: 'HTTP', url: 'http://0.0.0.0:8080' }`. */
  readonly endpoints: readonly { readonly name: string; readonly url: string }[];
  /** Settles when the first load has ended; rejects when that is a reason not to serve (`--strict`). */
  readonly loaded: Promise<void>;
  /** Answers what is under way and closes everything, in less than `shutdownTimeoutMs`. Called once at most. */
  stop(): Promise<void>;
}

/** Starts a server, which listens while its models load; rejects with a ServerError that says why not (a port in use). */
export type StartServer = (
  settings: ServerSettings,
  options: { readonly strict: boolean; readonly logger: Logger; readonly environment: Environment },
) => Promise<RunningServer>;

export interface StartOptions {
  readonly folder: string;
  readonly strict: boolean;
  /** A list of models; wins over the setting `model_list`. */
  readonly config?: string;
  /** Looks for changed models even if the setting `model_repository_poll` is 0. */
  readonly watch?: boolean;
}

/** Between two looks for changed models, when the settings do not say. */
const WATCH_MS = 500;

/**
 * Serves a folder until a signal ends it. Resolves with the exit code: 0 after an orderly stop; 2 when `folder` is none; 1
 * when the server cannot start, a second signal comes, or the stop takes longer than `shutdown_timeout`. After 1 the
 * server may still be running: the process has to exit.
 */
export async function serveFolder(
  { folder, strict, config, watch = false }: StartOptions,
  start: StartServer,
  host: CliHost,
): Promise<number> {
  try {
    const root = resolve(host.workingDirectory, folder);
    const exists = await isFolder(root);
    if (exists === false) {
      host.stderr.write(escapeLine(`error: FOLDER '${folder}': expected a folder, found a file`).concat('\n'));
      return 2;
    }
    const environment = await readEnvironment(host.env, host.workingDirectory);
    const { settings: read, warnings } = await readServerSettings(root, environment);
    const modelList = config === undefined ? read.modelList : resolve(host.workingDirectory, config);
    const modelRepositoryPollMs = read.modelRepositoryPollMs || (watch ? WATCH_MS : 0);
    const settings = { ...read, modelList, modelRepositoryPollMs };
    const logger = loggerFor(settings, host.stdout);
    for (const warning of warnings) logger.warning(warning);
    if (exists === undefined) logger.warning(`Folder '${root}' does not exist: there are no models to serve`);
    return await serveUntilSignal(() => start(settings, { strict, logger, environment }), settings, logger, host);
  } catch (error) {
    host.stderr.write(`error: ${explain(error)}\n`);
    return 1;
  }
}

async function serveUntilSignal(
  start: () => Promise<RunningServer>,
  { shutdownTimeoutMs }: ServerSettings,
  logger: Logger,
  host: CliHost,
): Promise<number> {
  const { first, second, release } = listenForStop(host);
  let cancelTimer = () => {};

  const orderly = async () => {
    const server = await start();
    for (const { name, url } of server.endpoints) logger.info(`${name} server running on ${url}`);
    // A stop may come while models load, and a load may end the server.
    const failure = await Promise.race([server.loaded.then(() => first).catch((error: unknown) => ({ error })), first]);
    await server.stop();
    // The last line, which takes along those of debug that wait for company.
    logger.info('Stopped');
    if (typeof failure === 'object') throw failure.error;
    return 0;
  };
  const overdue = first.then(signal => {
    logger.info(`Received ${signal}, stopping`);
    return new Promise<number>(resolve => {
      cancelTimer = host.clock.at(host.clock.now() + shutdownTimeoutMs, () => {
        logger.error(`Not stopped after ${shutdownTimeoutMs / 1000} s (shutdown_timeout), exiting`);
        resolve(1);
      });
    });
  });
  const forced = second.then(signal => {
    logger.error(`Received ${signal} while stopping, exiting`);
    return 1;
  });

  try {
    return await Promise.race([orderly(), overdue, forced]);
  } finally {
    cancelTimer();
    release();
  }
}

/** Undefined when nothing is there. */
async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return undefined;
  }
}
