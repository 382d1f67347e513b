import { gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { badFile } from '../errors.js';
import { tooLarge } from './bounded-output.js';

/**
 * zlib, gzip and raw deflate by Node's zlib, with the limit it enforces while it unpacks. A gzip file may have several
 * members. Behind the end only zero bytes may follow, as padding.
 */

type Inflate = (packed: Uint8Array, options: ZlibOptions) => Uint8Array;

/** With `info`, Node's synchronous functions also answer the stream, which counts the bytes it took. */
interface WithInfo {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

export function unpackZlib(packed: Uint8Array, maxBytes: number): Uint8Array {
  return inflate(inflateSync, packed, maxBytes, 'zlib');
}

export function unpackGzip(packed: Uint8Array, maxBytes: number): Uint8Array {
  return inflate(gunzipSync, packed, maxBytes, 'gzip');
}

/** Deflate without a header, as in zip archives. */
export function unpackDeflate(packed: Uint8Array, maxBytes: number): Uint8Array {
  return inflate(inflateRawSync, packed, maxBytes, 'deflate');
}

function inflate(inflater: Inflate, packed: Uint8Array, maxBytes: number, format: string): Uint8Array {
  const { buffer, engine } = inflateOrRefuse(inflater, packed, maxBytes, format);
  for (let i = engine.bytesWritten; i < packed.length; i++) {
    if (packed[i] !== 0)
      throw badFile(`${packed.length - engine.bytesWritten} bytes follow the end of the ${format} stream`);
  }
  return buffer;
}

function inflateOrRefuse(inflater: Inflate, packed: Uint8Array, maxBytes: number, format: string): WithInfo {
  try {
    return inflater(packed, { maxOutputLength: Math.max(1, maxBytes), info: true }) as unknown as WithInfo;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw badFile(`the ${format} stream is broken: ${message}`, error);
  }
}
