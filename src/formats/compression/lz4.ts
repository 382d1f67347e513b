import { ByteReader } from '../byte-reader.js';
import { badFile } from '../errors.js';
import { BoundedOutput } from './bounded-output.js';
import { xxHash32 } from './checksums.js';

/**
 * lz4 frames, little-endian; a file is one or more of them:
 *
 *   04 22 4d 18 | flags | block size | content size (8)? | dictionary (4)? | checksum (1) | blocks | 0 (4) | checksum (4)?
 *   block     size (4), top bit set when stored as is | data | checksum (4)?
 *   data      sequences of: token | more literal length | literals | distance (2) | more match length
 *
 * The token's halves are the lengths of the literals and of the match (less 4); 15 means that bytes to add follow, up
 * to one that is not 255. The last sequence has literals only. Matches may reach into blocks before.
 */
const MAGIC = 0x184d2204;
const MIN_MATCH = 4;
const STORED = 0x80000000;

const VERSION = 0xc0;
const BLOCK_CHECKSUMS = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;

export function unpackLz4(packed: Uint8Array, maxBytes: number): Uint8Array {
  const reader = new ByteReader(packed);
  const out = new BoundedOutput(maxBytes);
  do readFrame(reader, out);
  while (reader.left > 0);
  return out.finish();
}

function readFrame(reader: ByteReader, out: BoundedOutput): void {
  if (reader.uint32('an lz4 frame') !== MAGIC) throw badFile('something else than another frame follows the lz4 frame');
  const headerStart = reader.position;
  const flags = reader.uint8('the lz4 flags');
  const blockSizeCode = (reader.uint8('the lz4 block size') >> 4) & 7;
  if ((flags & VERSION) !== 0x40 || blockSizeCode < 4) throw badFile('the lz4 frame has an unknown header');
  const contentSize = (flags & CONTENT_SIZE) === 0 ? undefined : reader.uint64('the lz4 content size');
  if ((flags & DICTIONARY) !== 0) throw badFile('the lz4 frame needs a dictionary, which is not in the file');
  const header = reader.bytes.subarray(headerStart, reader.position);
  if (reader.uint8('the lz4 header checksum') !== ((xxHash32(header) >> 8) & 0xff)) {
    throw badFile('the lz4 frame is broken: its header has a wrong checksum');
  }
  const frameStart = out.length;
  const maxBlock = 4 ** (blockSizeCode + 4);
  for (;;) {
    const size = reader.uint32('an lz4 block');
    if (size === 0) break;
    const block = reader.take(size % STORED, 'an lz4 block');
    if (block.length > maxBlock) throw badFile(`the lz4 frame is broken: a block of ${block.length} bytes`);
    if (size >= STORED) out.append(block);
    else unpackBlock(block, out, frameStart, out.length + maxBlock);
    if ((flags & BLOCK_CHECKSUMS) !== 0) check(reader, block);
  }
  const content = out.bytes.subarray(frameStart, out.length);
  if (contentSize !== undefined && contentSize !== content.length) {
    throw badFile(`the lz4 frame announces ${contentSize} bytes and holds ${content.length}`);
  }
  if ((flags & CONTENT_CHECKSUM) !== 0) check(reader, content);
}

function check(reader: ByteReader, bytes: Uint8Array): void {
  if (reader.uint32('an lz4 checksum') !== xxHash32(bytes)) throw badFile('the lz4 frame is broken: wrong checksum');
}

/** Appends what one block says; matches reach back to `frameStart` at most, and the output ends by `maxLength`. */
function unpackBlock(block: Uint8Array, out: BoundedOutput, frameStart: number, maxLength: number): void {
  let at = 0;
  /** The sum of the bytes that continue a length of 15. */
  const more = (): number => {
    let sum = 0;
    for (;;) {
      if (at >= block.length) throw badFile('the lz4 frame is broken: a block ends inside a length');
      const byte = block[at++];
      sum += byte;
      if (byte !== 255) return sum;
    }
  };
  while (at < block.length) {
    const token = block[at++];
    let literals = token >> 4;
    if (literals === 15) literals += more();
    if (literals > block.length - at) throw badFile('the lz4 frame is broken: a block ends inside literals');
    out.append(block, at, literals);
    at += literals;
    if (at === block.length) break;
    if (block.length - at < 2) throw badFile('the lz4 frame is broken: a block ends inside a distance');
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    let count = (token & 15) + MIN_MATCH;
    if ((token & 15) === 15) count += more();
    if (distance === 0 || distance > out.length - frameStart)
      throw badFile('the lz4 frame is broken: a match reaches back too far');
    if (out.length + count > maxLength) throw badFile('the lz4 frame is broken: a block unpacks to more than its size');
    out.repeat(distance, count);
  }
}
