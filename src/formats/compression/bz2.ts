import { badFile } from '../errors.js';
import { BitReader } from './bit-reader.js';
import { BoundedOutput } from './bounded-output.js';

/**
 * bzip2, bit by bit from the highest; a file is one or more streams, each padded to a byte:
 *
 *   stream  'BZh' | '1'..'9' (block size in 100,000 bytes) | blocks | 177245385090 (48 bits) | CRC-32
 *   block   314159265359 (48 bits) | CRC-32 | 0 (1 bit) | start (24) | used bytes | tables | selectors | codes
 *
 * Unpacking undoes, in this order: Huffman codes (up to six tables, chosen anew every 50 symbols), runs of zeros,
 * move-to-front, the Burrows-Wheeler transform, and runs of four equal bytes with a count.
 */
const BLOCK = 0x314159265359;
const END = 0x177245385090;
const GROUP = 50;
const MAX_CODE = 20;
const RUN_A = 0;
const RUN_B = 1;

export function unpackBz2(packed: Uint8Array, maxBytes: number): Uint8Array {
  const out = new BoundedOutput(maxBytes);
  let at = 0;
  do {
    const bits = new BitReader(packed.subarray(at));
    readStream(bits, out);
    at += bits.align();
  } while (at < packed.length);
  return out.finish();
}

function broken(reason: string): Error {
  return badFile(`the bz2 stream is broken: ${reason}`);
}

function readStream(bits: BitReader, out: BoundedOutput): void {
  if (bits.bits(24) !== 0x425a68) throw broken('it does not begin with BZh');
  const level = bits.bits(8) - 0x30;
  if (level < 1 || level > 9) throw broken('unknown block size');
  let block: Uint32Array | undefined;
  for (;;) {
    const magic = bits.bits(24) * 2 ** 24 + bits.bits(24);
    const checksum = (bits.bits(16) * 2 ** 16 + bits.bits(16)) >>> 0;
    if (magic === END) return;
    if (magic !== BLOCK) throw broken('neither a block nor the end');
    const start = out.length;
    // Made for streams with a block only: an empty stream takes 14 bytes, and a file may have millions.
    block ??= new Uint32Array(level * 100_000);
    readBlock(bits, block, out);
    if (crc(out.bytes, start, out.length) !== checksum) throw broken('a block has a wrong checksum');
  }
}

function readBlock(bits: BitReader, block: Uint32Array, out: BoundedOutput): void {
  if (bits.bits(1) === 1) throw broken('a randomised block, which nothing has written since 1999');
  const origin = bits.bits(24);
  const symbols = usedBytes(bits);
  const tableCount = bits.bits(3);
  if (tableCount < 2 || tableCount > 6) throw broken(`${tableCount} tables`);
  const selectors = readSelectors(bits, tableCount);
  const tables = Array.from({ length: tableCount }, () => readTable(bits, symbols.length + 2));
  const length = readCodes(bits, symbols, tables, selectors, block);
  if (origin >= length) throw broken('the origin is outside the block');
  invertTransform(block, length);
  writeRuns(block, origin, length, out);
}

/** The byte values that occur, as a bitmap of 16 bitmaps. */
function usedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.bits(16);
  const used: number[] = [];
  for (let high = 0; high < 16; high++) {
    if ((ranges & (0x8000 >> high)) === 0) continue;
    const map = bits.bits(16);
    for (let low = 0; low < 16; low++) if ((map & (0x8000 >> low)) !== 0) used.push(16 * high + low);
  }
  if (used.length === 0) throw broken('a block of no bytes');
  return Uint8Array.from(used);
}

/** Which table serves each group of 50 symbols: positions in a move-to-front list, in unary. */
function readSelectors(bits: BitReader, tableCount: number): Uint8Array {
  const selectors = new Uint8Array(bits.bits(15));
  const order = [0, 1, 2, 3, 4, 5];
  for (let i = 0; i < selectors.length; i++) {
    let position = 0;
    while (bits.bits(1) === 1) if (++position >= tableCount) throw broken('a selector outside the tables');
    const [table] = order.splice(position, 1);
    order.unshift(table);
    selectors[i] = table;
  }
  return selectors;
}

/** A canonical Huffman code: codes of length n are at most `limit[n]` and mean `symbols[code - base[n]]`. */
interface Table {
  readonly minLength: number;
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

function readTable(bits: BitReader, size: number): Table {
  const lengths = new Uint8Array(size);
  let length = bits.bits(5);
  for (let i = 0; i < size; i++) {
    while (bits.bits(1) === 1) length += bits.bits(1) === 0 ? 1 : -1;
    if (length < 1 || length > MAX_CODE) throw broken(`a code of ${length} bits`);
    lengths[i] = length;
  }
  const limit = new Int32Array(MAX_CODE + 1).fill(-1);
  const base = new Int32Array(MAX_CODE + 1);
  const symbols = new Uint16Array(size);
  let code = 0;
  let index = 0;
  for (let bitCount = 1; bitCount <= MAX_CODE; bitCount++) {
    base[bitCount] = code - index;
    for (let symbol = 0; symbol < size; symbol++) {
      if (lengths[symbol] !== bitCount) continue;
      symbols[index++] = symbol;
      code++;
    }
    if (index > 0) limit[bitCount] = code - 1;
    code <<= 1;
  }
  return { minLength: lengths.reduce((a, b) => Math.min(a, b)), limit, base, symbols };
}

function readSymbol(bits: BitReader, { minLength, limit, base, symbols }: Table): number {
  let length = minLength;
  let code = bits.bits(length);
  while (code > limit[length]) {
    if (++length > MAX_CODE) throw broken('a code that no table has');
    code = (code << 1) | bits.bits(1);
  }
  const symbol = symbols[code - base[length]];
  if (symbol === undefined) throw broken('a code that no table has');
  return symbol;
}

/** Fills `block` with the bytes of the transform and answers how many there are. */
function readCodes(
  bits: BitReader,
  front: Uint8Array,
  tables: Table[],
  selectors: Uint8Array,
  block: Uint32Array,
): number {
  const end = front.length + 1;
  let length = 0;
  let run = 0;
  let runScale = 1;
  for (let group = 0; group < selectors.length; group++) {
    const table = tables[selectors[group]];
    for (let i = 0; i < GROUP; i++) {
      const symbol = readSymbol(bits, table);
      if (symbol <= RUN_B) {
        run += (symbol === RUN_A ? 1 : 2) * runScale;
        runScale *= 2;
        if (run > block.length) throw broken('a block longer than its size');
        continue;
      }
      if (run > 0) {
        if (length + run > block.length) throw broken('a block longer than its size');
        block.fill(front[0], length, length + run);
        length += run;
        run = 0;
        runScale = 1;
      }
      if (symbol === end) return length;
      if (length >= block.length) throw broken('a block longer than its size');
      const value = front[symbol - 1];
      front.copyWithin(1, 0, symbol - 1);
      front[0] = value;
      block[length++] = value;
    }
  }
  throw broken('a block without an end');
}

/** Turns the last column of the sorted rotations into links: entry i holds its byte and, above it, the next index. */
function invertTransform(block: Uint32Array, length: number): void {
  const starts = new Uint32Array(257);
  for (let i = 0; i < length; i++) starts[block[i] + 1]++;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] += starts[byte];
  for (let i = 0; i < length; i++) block[starts[block[i] & 0xff]++] |= i << 8;
}

/** Follows the links and expands runs: four equal bytes are followed by a count of further ones. */
function writeRuns(block: Uint32Array, origin: number, length: number, out: BoundedOutput): void {
  let link = block[origin] >>> 8;
  let previous = -1;
  let equal = 0;
  for (let i = 0; i < length; i++) {
    const byte = block[link] & 0xff;
    link = block[link] >>> 8;
    if (equal === 4) {
      out.reserve(byte);
      out.bytes.fill(previous, out.length, out.length + byte);
      out.length += byte;
      equal = 0;
      continue;
    }
    equal = byte === previous ? equal + 1 : 1;
    previous = byte;
    out.reserve(1);
    out.bytes[out.length++] = byte;
  }
}

/** bzip2's CRC-32: the usual polynomial, but from the highest bit. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});

function crc(bytes: Uint8Array, start: number, end: number): number {
  let value = -1;
  for (let i = start; i < end; i++) value = (value << 8) ^ CRC_TABLE[(value >>> 24) ^ bytes[i]];
  return ~value >>> 0;
}
