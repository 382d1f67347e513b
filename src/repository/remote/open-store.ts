import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from '../../core/errors.js';
import type { ServerSettings } from '../../settings/server-settings.js';
import type { RemoteSource } from './remote-source.js';
import { RemoteStore } from './remote-store.js';

const RETRY_DELAY_MS = 500;

/** The store of remote models, in a folder of the cache. Libraries for the clouds are loaded when a model needs them. */
export function openRemoteStore(
  settings: Pick<ServerSettings, 'downloadMaxBytes' | 'downloadTimeoutMs' | 'downloadCaFile'>,
  cacheFolder: string,
  warn: (message: string) => void,
): RemoteStore {
  const overHttp = async () => {
    const { HttpsSource } = await import('./https-source.js');
    return new HttpsSource({ ca: await certificates(settings.downloadCaFile) });
  };
  const sources = new Map<string, () => Promise<RemoteSource>>([
    ['https', overHttp],
    ['http', overHttp],
    ['s3', async () => (await import('./s3-source.js')).S3Source.open()],
    ['gs', async () => (await import('./gs-source.js')).GsSource.open()],
  ]);
  return new RemoteStore({
    folder: join(cacheFolder, 'remote'),
    sources,
    warn,
    maxBytes: settings.downloadMaxBytes,
    idleTimeoutMs: settings.downloadTimeoutMs,
    retryDelayMs: RETRY_DELAY_MS,
  });
}

async function certificates(path: string | null): Promise<string | undefined> {
  if (path === null) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ServerError('FAILED_PRECONDITION', `download_ca_file '${path}' cannot be read (${code})`, { cause });
  }
}
