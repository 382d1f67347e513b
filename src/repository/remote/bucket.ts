import { badUri, failureOfStatus, type RemoteFile, type RemoteListing } from './remote-source.js';

/** An object in a bucket, in one state of it. */
export type StoredObject = Omit<RemoteFile, 'path'>;

/** A bucket of an object store. Keys are taken as they are written. */
export interface Bucket {
  object(key: string): Promise<StoredObject | undefined>;
  /** All objects whose keys begin with the prefix; of more than `limit` so many that this can be told. */
  below(prefix: string, limit: number): Promise<readonly StoredObject[]>;
}

/** More than any model has. */
const MAX_FILES = 10_000;

/** Splits `scheme://bucket/key`. */
export function bucketAndKey(uri: string): { bucket: string; key: string } {
  const [, bucket, key = ''] = /^[a-z0-9]+:\/\/([^/]+)(?:\/(.*))?$/is.exec(uri) ?? [];
  if (bucket === undefined) throw badUri(uri, 'expected a bucket and a name, as in s3://bucket/models/iris');
  return { bucket, key };
}

/** The object that a URI names, or else all objects below that name as a folder. */
export async function findInBucket(uri: string, bucket: Bucket): Promise<RemoteListing> {
  const { bucket: name, key } = bucketAndKey(uri);
  const isName = key !== '' && !key.endsWith('/');
  const [scheme] = uri.split('://', 1);
  const fileIn = (folder: string, object: StoredObject): RemoteFile => {
    const path = pathBelow(folder, object.key, uri);
    return { ...object, key: `${scheme}://${name}/${object.key}`, path };
  };

  const object = isName ? await bucket.object(key) : undefined;
  if (object !== undefined) {
    return { files: [fileIn(key.slice(0, key.lastIndexOf('/') + 1), object)], isFolder: false };
  }
  const folder = isName ? `${key}/` : key;
  const below = await bucket.below(folder, MAX_FILES);
  if (below.length > MAX_FILES) throw badUri(uri, `more than ${MAX_FILES} files`);
  // A name with a slash at its end stands for an empty folder.
  const files = below.filter(({ key }) => !key.endsWith('/')).map(object => fileIn(folder, object));
  if (files.length === 0) throw failureOfStatus(uri, 404);
  return { files, isFolder: true };
}

/** A key below a prefix as a path in a folder. Throws for one that would lead out of it. */
function pathBelow(prefix: string, key: string, uri: string): string {
  const path = key.slice(prefix.length);
  const parts = path.split('/');
  if (/[\\\0]/.test(path) || parts.some(part => part === '' || part === '.' || part === '..')) {
    throw badUri(uri, `the name '${key}' is no path in a folder`);
  }
  return path;
}
