import { tooLarge } from './compression/bounded-output.js';
import { unpackBz2 } from './compression/bz2.js';
import { unpackLz4 } from './compression/lz4.js';
import { unpackLzma } from './compression/lzma.js';
import { unpackXz } from './compression/xz.js';
import { unpackGzip, unpackZlib } from './compression/zlib.js';
import { type Container, detectContainer } from './detect.js';

export interface Unpacked {
  readonly container: Container;
  readonly bytes: Uint8Array;
}

const UNPACKERS: Readonly<Record<Container, (packed: Uint8Array, maxBytes: number) => Uint8Array>> = {
  none: bytes => bytes,
  zlib: unpackZlib,
  gzip: unpackGzip,
  bz2: unpackBz2,
  lzma: unpackLzma,
  xz: unpackXz,
  lz4: unpackLz4,
};

/** Unpacks one layer, or answers the bytes themselves. Throws INVALID_ARGUMENT beyond `maxBytes` and for broken streams. */
export function unpack(bytes: Uint8Array, maxBytes: number): Unpacked {
  const container = detectContainer(bytes);
  const unpacked = UNPACKERS[container](bytes, maxBytes);
  if (unpacked.length > maxBytes) throw tooLarge(maxBytes);
  return { container, bytes: unpacked };
}
