import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
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

type Sdk = typeof import('@aws-sdk/client-s3');

/** An object's ETag when it is the MD5 of what was stored in one piece. */
const MD5_TAG = /^"([0-9a-f]{32})"$/;

/**
 * Objects in S3, or in a store that speaks its protocol. Credentials, region and endpoint come from where Amazon's tools take them
 * (AWS_ACCESS_KEY_ID, AWS_PROFILE, a role of the machine or pod; AWS_REGION; AWS_ENDPOINT_URL).
 */
export class S3Source implements RemoteSource {
  private constructor(
    private readonly sdk: Sdk,
    private readonly client: S3Client,
  ) {}

  /** The library is loaded by whoever needs it first. */
  static async open(env: NodeJS.ProcessEnv = process.env): Promise<S3Source> {
    const sdk = await import('@aws-sdk/client-s3');
    const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
    const client = new sdk.S3Client({
      endpoint,
      region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
      followRegionRedirects: true,
      // Names of buckets are rarely names of hosts elsewhere.
      forcePathStyle: endpoint !== undefined,
    });
    return new S3Source(sdk, client);
  }

  async find(uri: string, signal: AbortSignal): Promise<RemoteListing> {
    const { bucket, key } = bucketAndKey(uri);
    const file = key === '' || key.endsWith('/') ? undefined : await this.object(uri, bucket, key, signal);
    if (file !== undefined) return { files: [file], isFolder: false };
    const files = await this.below(uri, bucket, key === '' || key.endsWith('/') ? key : `${key}/`, signal);
    if (files.length === 0) throw failureOfStatus(uri, 404);
    return { files, isFolder: true };
  }

  async read({ key: uri, tag }: RemoteFile, start: number, signal: AbortSignal): Promise<RemoteContent> {
    const { bucket: Bucket, key: Key } = bucketAndKey(uri);
    const Range = start > 0 ? `bytes=${start}-` : undefined;
    try {
      const command = new this.sdk.GetObjectCommand({ Bucket, Key, Range, IfMatch: tag });
      const answer = await this.client.send(command, { abortSignal: signal });
      const encrypted = answer.ServerSideEncryption?.startsWith('aws:kms') || answer.SSECustomerAlgorithm;
      const md5 = encrypted ? undefined : MD5_TAG.exec(tag)?.[1];
      return { bytes: answer.Body as Readable, start: answer.ContentRange === undefined ? 0 : start, md5 };
    } catch (error) {
      const status = statusOf(error);
      if (status === 412 || status === 416) throw new RemoteChanged();
      throw failure(uri, error);
    }
  }

  private async object(uri: string, bucket: string, key: string, signal: AbortSignal): Promise<RemoteFile | undefined> {
    try {
      const command = new this.sdk.HeadObjectCommand({ Bucket: bucket, Key: key });
      const { ContentLength: byteLength, ETag: tag = '' } = await this.client.send(command, { abortSignal: signal });
      const name = key.slice(key.lastIndexOf('/') + 1);
      return { key: uri, path: pathBelow('', name, uri), byteLength, tag };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw failure(uri, error);
    }
  }

  private async below(uri: string, bucket: string, prefix: string, signal: AbortSignal): Promise<RemoteFile[]> {
    const files: RemoteFile[] = [];
    let ContinuationToken: string | undefined;
    try {
      do {
        const command = new this.sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken });
        const page = await this.client.send(command, { abortSignal: signal });
        for (const { Key: key = '', Size: byteLength, ETag: tag = '' } of page.Contents ?? []) {
          // A name with a slash at its end stands for an empty folder.
          if (key.endsWith('/')) continue;
          files.push({ key: `s3://${bucket}/${key}`, path: pathBelow(prefix, key, uri), byteLength, tag });
        }
        if (files.length > MAX_REMOTE_FILES) throw badUri(uri, `more than ${MAX_REMOTE_FILES} files`);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    } catch (error) {
      throw failure(uri, error);
    }
    return files;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function failure(uri: string, error: unknown): Error {
  const { name, message, code } = error as Error & { code?: unknown };
  if (name === 'ServerError') return error as Error;
  if (name === 'CredentialsProviderError') return badUri(uri, `no credentials (${message})`, error);
  const status = statusOf(error);
  if (status !== undefined && status >= 300) return failureOfStatus(uri, status, error);
  return unreachable(uri, `no answer (${message || code || name})`, error);
}
