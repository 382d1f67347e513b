import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { bucketAndKey, findInBucket, type StoredObject } from './bucket.js';
import type { RemoteContent, RemoteFile, RemoteListing, RemoteSource } from './remote-source.js';
import { badUri, failureOfStatus, RemoteChanged, unreachable } from './remote-source.js';

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
    // A warning about later versions of the library on Node 20, which would stand in the log of whoever serves a model.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
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
    const { bucket } = bucketAndKey(uri);
    try {
      return await findInBucket(uri, {
        object: key => this.object(bucket, key, signal),
        below: (prefix, limit) => this.below(bucket, prefix, limit, signal),
      });
    } catch (error) {
      throw failure(uri, error);
    }
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

  private async object(Bucket: string, Key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    try {
      const command = new this.sdk.HeadObjectCommand({ Bucket, Key });
      const { ContentLength: byteLength, ETag: tag = '' } = await this.client.send(command, { abortSignal: signal });
      return { key: Key, byteLength, tag };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  private async below(Bucket: string, Prefix: string, limit: number, signal: AbortSignal): Promise<StoredObject[]> {
    const objects: StoredObject[] = [];
    let ContinuationToken: string | undefined;
    do {
      const command = new this.sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken });
      const page = await this.client.send(command, { abortSignal: signal });
      for (const { Key: key = '', Size: byteLength, ETag: tag = '' } of page.Contents ?? []) {
        objects.push({ key, byteLength, tag });
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined && objects.length <= limit);
    return objects;
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
