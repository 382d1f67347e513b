import type { File, Storage } from '@google-cloud/storage';
import { bucketAndKey, findInBucket, type StoredObject } from './bucket.js';
import type { RemoteContent, RemoteFile, RemoteListing, RemoteSource } from './remote-source.js';
import { badUri, failureOfStatus, RemoteChanged, unreachable } from './remote-source.js';

/**
 * Objects in Google Cloud Storage. Credentials are the application's default ones (GOOGLE_APPLICATION_CREDENTIALS, the machine's or
 * pod's account); STORAGE_EMULATOR_HOST leads elsewhere.
 */
export class GsSource implements RemoteSource {
  private constructor(private readonly storage: Storage) {}

  /** The library is loaded by whoever needs it first. */
  static async open(): Promise<GsSource> {
    const { Storage } = await import('@google-cloud/storage');
    return new GsSource(new Storage({ retryOptions: { maxRetries: 1 } }));
  }

  async find(uri: string): Promise<RemoteListing> {
    const bucket = this.storage.bucket(bucketAndKey(uri).bucket);
    try {
      return await findInBucket(uri, {
        object: key => objectOf(bucket.file(key)),
        below: async (prefix, limit) => {
          const [files] = await bucket.getFiles({ prefix, maxResults: limit + 1 });
          return files.map(stored);
        },
      });
    } catch (error) {
      throw failure(uri, error);
    }
  }

  async read({ key: uri, tag }: RemoteFile, start: number, signal: AbortSignal): Promise<RemoteContent> {
    const { bucket, key } = bucketAndKey(uri);
    const file = this.storage.bucket(bucket).file(key, { generation: Number(tag) });
    try {
      const [metadata] = await file.getMetadata();
      const bytes = file.createReadStream({ start, validation: false, decompress: false });
      signal.addEventListener('abort', () => bytes.destroy(), { once: true });
      const { md5Hash } = metadata;
      return { bytes, start, md5: md5Hash && Buffer.from(md5Hash, 'base64').toString('hex') };
    } catch (error) {
      // That generation is gone, or there never was one.
      if ((error as { code?: unknown }).code === 404) throw new RemoteChanged();
      throw failure(uri, error);
    }
  }
}

async function objectOf(file: File): Promise<StoredObject | undefined> {
  try {
    await file.getMetadata();
    return stored(file);
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return undefined;
    throw error;
  }
}

function stored({ name, metadata: { size, generation } }: File): StoredObject {
  return { key: name, byteLength: Number(size), tag: String(generation ?? '') };
}

function failure(uri: string, error: unknown): Error {
  const { name, message, code } = error as Error & { code?: unknown };
  if (name === 'ServerError') return error as Error;
  if (typeof code === 'number') return failureOfStatus(uri, code, error);
  if (/could not load the default credentials/i.test(message)) return badUri(uri, `no credentials (${message})`, error);
  return unreachable(uri, `no answer (${message})`, error);
}
