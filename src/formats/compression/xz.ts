import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ByteReader } from '../byte-reader.js';
import { badFile } from '../errors.js';
import { BoundedOutput } from './bounded-output.js';
import { crc64 } from './checksums.js';
import { LzmaDecoder } from './lzma-decoder.js';

/**
 * xz, little-endian; a file is one or more streams, with zero bytes in multiples of four between and behind them:
 *
 *   stream  fd '7zXZ' 00 | 00, check type | CRC-32 | blocks | index | footer
 *   block   header size / 4 - 1 | flags | sizes? | filters | padding | CRC-32 | LZMA2 data | padding to 4 | check
 *   index   00 | number of blocks | (size, unpacked size) of each | padding | CRC-32
 *   footer  CRC-32 | size of the index (4) | 00, check type | 'YZ'
 *
 * Sizes and numbers are of variable length, 7 bits a byte.
 */
const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const LZMA2 = 0x21;

/** Bytes of the check behind a block, by type. */
const CHECK_SIZES: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 4],
  [4, 8],
  [10, 32],
]);

export function unpackXz(packed: Uint8Array, maxBytes: number): Uint8Array {
  const reader = new ByteReader(packed);
  const out = new BoundedOutput(maxBytes);
  do {
    readStream(reader, out);
    while (reader.left > 0 && packed[reader.position] === 0) reader.position++;
  } while (reader.left > 0);
  return out.finish();
}

function readStream(reader: ByteReader, out: BoundedOutput): void {
  const magic = reader.take(MAGIC.length, 'the xz header');
  if (MAGIC.some((byte, i) => magic[i] !== byte))
    throw badFile('something else than another stream follows the xz stream');
  const flags = reader.take(2, 'the xz flags');
  const checkType = flags[1];
  const checkSize = CHECK_SIZES.get(checkType);
  if (flags[0] !== 0 || checkSize === undefined)
    throw badFile(`the xz stream has unknown flags ${flags[0]}, ${checkType}`);
  checkCrc(reader, flags);
  let blocks = 0;
  for (;;) {
    const size = reader.uint8('an xz block');
    if (size === 0) break;
    readBlock(reader, size, checkType, checkSize, out);
    blocks++;
  }
  readIndex(reader, blocks);
  reader.skip(12, 'the xz footer');
}

function checkCrc(reader: ByteReader, bytes: Uint8Array): void {
  if (reader.uint32('an xz checksum') !== crc32(bytes))
    throw badFile('the xz stream is broken: a header has a wrong checksum');
}

function readBlock(reader: ByteReader, size: number, checkType: number, checkSize: number, out: BoundedOutput): void {
  const headerStart = reader.position - 1;
  const headerEnd = reader.skip(4 * size - 1, 'an xz block header') + 4 * size - 1;
  const header = reader.bytes.subarray(headerStart, headerEnd);
  checkCrc(reader, header);
  const dictionarySize = readFilter(header);
  const dataStart = reader.position;
  const unpackedStart = out.length;
  readLzma2(reader, dictionarySize, out);
  reader.skip((4 - ((reader.position - dataStart) % 4)) % 4, 'the padding of an xz block');
  const check = reader.take(checkSize, 'the check of an xz block');
  verify(checkType, check, out.bytes.subarray(unpackedStart, out.length));
}

/** The dictionary size from the only filter a block may have here. */
function readFilter(header: Uint8Array): number {
  const reader = new ByteReader(header);
  reader.skip(1, 'an xz block header');
  const flags = reader.uint8('the flags of an xz block');
  if ((flags & 0x40) !== 0) variableLength(reader);
  if ((flags & 0x80) !== 0) variableLength(reader);
  const filter = variableLength(reader);
  if ((flags & 0x3f) !== 0 || filter !== LZMA2 || variableLength(reader) !== 1) {
    throw badFile('the xz stream uses filters; only plain LZMA2 is read');
  }
  const bits = reader.uint8('the dictionary size of an xz block');
  if (bits > 40) throw badFile(`the xz stream is broken: ${bits} is no dictionary size`);
  return bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
}

function variableLength(reader: ByteReader): number {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 56; scale *= 128) {
    const byte = reader.uint8('a number of xz');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  throw badFile('the xz stream is broken: a number without end');
}

/**
 * LZMA2: chunks, each with a control byte.
 *
 *   00                                     end
 *   01 | 02, size (2, big-endian), bytes   as they are; 01 forgets the dictionary
 *   1 rr uuuuu, unpacked size - 1 (2, with u above it), packed size - 1 (2), properties?, range coder data
 *                                          rr: 1 new state, 2 and properties, 3 and no dictionary
 */
function readLzma2(reader: ByteReader, dictionarySize: number, out: BoundedOutput): void {
  const decoder = new LzmaDecoder(out, dictionarySize);
  decoder.resetDictionary();
  let ready = false;
  for (;;) {
    const control = reader.uint8('an LZMA2 chunk');
    if (control === 0) return;
    if (control > 2 && control < 0x80) throw badFile(`the xz stream is broken: ${control} is no LZMA2 chunk`);
    const low = bigEndian16(reader) + 1;
    if (control === 1 || control >= 0xe0) decoder.resetDictionary();
    if (control < 0x80) {
      out.append(reader.take(low, 'an LZMA2 chunk'));
      continue;
    }
    const unpacked = ((control & 0x1f) << 16) + low;
    const packed = bigEndian16(reader) + 1;
    if (control >= 0xc0) {
      decoder.setProperties(reader.uint8('the lzma properties'));
      ready = true;
    } else if (!ready) throw badFile('the xz stream is broken: a chunk without properties');
    else if (control >= 0xa0) decoder.resetState();
    const start = reader.skip(packed, 'an LZMA2 chunk');
    decoder.start(reader.bytes, start, start + packed);
    if (decoder.decode(out.length + unpacked)) throw badFile('the xz stream is broken: an end marker inside LZMA2');
    if (!decoder.atEnd || decoder.position !== start + packed)
      throw badFile('the xz stream is broken: a chunk of the wrong size');
  }
}

function bigEndian16(reader: ByteReader): number {
  return (reader.uint8('an LZMA2 chunk') << 8) | reader.uint8('an LZMA2 chunk');
}

function verify(type: number, check: Uint8Array, unpacked: Uint8Array): void {
  const view = new DataView(check.buffer, check.byteOffset, check.byteLength);
  const right =
    type === 0 ||
    (type === 1 && view.getUint32(0, true) === crc32(unpacked)) ||
    (type === 4 && view.getBigUint64(0, true) === crc64(unpacked)) ||
    (type === 10 && createHash('sha256').update(unpacked).digest().equals(check));
  if (!right) throw badFile('the xz stream is broken: a block has a wrong checksum');
}

function readIndex(reader: ByteReader, blocks: number): void {
  const start = reader.position - 1;
  const count = variableLength(reader);
  if (count !== blocks) throw badFile(`the xz stream is broken: an index of ${count} blocks, but there are ${blocks}`);
  for (let i = 0; i < 2 * count; i++) variableLength(reader);
  reader.skip((4 - ((reader.position - start) % 4)) % 4, 'the padding of the xz index');
  checkCrc(reader, reader.bytes.subarray(start, reader.position));
}
