import { ByteReader } from '../byte-reader.js';
import { badFile } from '../errors.js';
import { BoundedOutput } from './bounded-output.js';
import { LzmaDecoder } from './lzma-decoder.js';

const UNKNOWN_SIZE = 2 ** 64;

/**
 * The .lzma format ("alone", before xz), little-endian:
 *
 *   properties (1) | dictionary size (4) | unpacked size (8), all ones when unknown | range coder data
 *
 * With an unknown size the data end with a marker.
 */
export function unpackLzma(packed: Uint8Array, maxBytes: number): Uint8Array {
  const reader = new ByteReader(packed);
  const properties = reader.uint8('the lzma properties');
  const dictionarySize = reader.uint32('the lzma dictionary size');
  const size = reader.uint64('the lzma size');
  const known = size < UNKNOWN_SIZE;
  const out = new BoundedOutput(maxBytes);
  const decoder = new LzmaDecoder(out, Math.max(dictionarySize, 4096));
  decoder.setProperties(properties);
  decoder.start(packed, reader.position, packed.length);
  const ended = decoder.decode(known ? size : Number.POSITIVE_INFINITY);
  if (known && out.length !== size) throw badFile(`the lzma stream announces ${size} bytes and holds ${out.length}`);
  // Behind a known size the marker may stand as well.
  if (!ended && !decoder.atEnd && !decoder.decode(size + 1))
    throw badFile(`the lzma stream holds more than its ${size} bytes`);
  for (let i = decoder.position; i < packed.length; i++) {
    if (packed[i] !== 0) throw badFile(`${packed.length - decoder.position} bytes follow the end of the lzma stream`);
  }
  return out.finish();
}
