import type { File, Storage } from '@google-cloud/storage';
import {
  badUri,
  bucketAndKey,
  failureOfStatus,
  MAX_REMOTE_FILES,
  pathBelow,
  RemoteChanged,
  type RemoteContent,
  type RemoteFile,
  type RemoteListing,
  type RemoteSource,
  unreachable,
} from './remote-source.js';

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
    const { bucket, key } = bucketAndKey(uri);
    try {
      const file = key === '' || key.endsWith('/') ? undefined : await this.object(bucket, key);
      if (file !== undefined) {
        return { files: [remoteFile(file, pathBelow('', key.slice(key.lastIndexOf('/') + 1), uri))], isFolder: false };
      }
      const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
      const [below] = await this.storage.bucket(bucket).getFiles({ prefix, maxResults: MAX_REMOTE_FILES });
      // A name with a slash at its end stands for an empty folder.
      const files = below.filter(({ name }) => !name.endsWith('/'));
      if (files.length === 0) throw failureOfStatus(uri, 404);
      return { files: files.map(file => remoteFile(file, pathBelow(prefix, file.name, uri))), isFolder: true };
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

  private async object(bucket: string, key: string): Promise<File | undefined> {
    const file = this.storage.bucket(bucket).file(key);
    try {
      await file.getMetadata();
      return file;
    } catch (error) {
      if ((error as { code?: unknown }).code === 404) return undefined;
      throw error;
    }
  }
}

function remoteFile({ name, bucket, metadata }: File, path: string): RemoteFile {
  const { size, generation } = metadata;
  return { key: `gs://${bucket.name}/${name}`, path, byteLength: Number(size), tag: String(generation ?? '') };
}

function failure(uri: string, error: unknown): Error {
  const { name, message, code } = error as Error & { code?: unknown };
  if (name === 'ServerError') return error as Error;
  if (typeof code === 'number') return failureOfStatus(uri, code, error);
  if (/could not load the default credentials/i.test(message)) return badUri(uri, `no credentials (${message})`, error);
  return unreachable(uri, `no answer (${message})`, error);
}
