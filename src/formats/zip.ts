import { crc32 } from 'node:zlib';
import { ByteReader } from './byte-reader.js';
import { tooLarge } from './compression/bounded-output.js';
import { unpackDeflate } from './compression/zlib.js';
import { badFile } from './errors.js';

/**
 * A zip archive in memory, little-endian. Only the directory at its end counts:
 *
 *   file       50 4b 03 04 | ... 22 bytes ... | name length (2), extra length (2) | name | extra | data
 *   directory  50 4b 01 02 | versions (4), flags (2), method (2), time (4), CRC-32 (4), packed (4), unpacked (4),
 *              lengths of name, extra, comment (2 each), disk, attributes (8), offset of the file (4) | name ...
 *   end        50 4b 05 06 | disks (4), entries (2), entries (2), directory size (4), offset (4), comment length (2)
 */
const FILE = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

/** Bytes that an archive, and the archives inside it, may still unpack to. */
class Budget {
  private spent = 0;

  constructor(private readonly maxBytes: number) {}

  spend(bytes: number): void {
    this.spent += bytes;
    if (this.spent > this.maxBytes) throw tooLarge(this.maxBytes);
  }
}

/** Reads entries by name into memory; nothing is ever written anywhere. All contents together are bounded. */
export class ZipArchive {
  private readonly entries = new Map<string, Entry>();
  private readonly contents = new Map<string, Uint8Array>();

  private constructor(
    private readonly bytes: Uint8Array,
    private readonly budget: Budget,
  ) {
    const reader = new ByteReader(bytes);
    reader.position = findEnd(bytes) + 10;
    const count = reader.uint16('the zip directory');
    reader.skip(4, 'the zip directory');
    reader.position = Math.min(reader.uint32('the zip directory'), bytes.length);
    for (let i = 0; i < count; i++) this.readEntry(reader);
  }

  static open(bytes: Uint8Array, maxBytes: number): ZipArchive {
    return new ZipArchive(bytes, new Budget(maxBytes));
  }

  /** The archive that an entry is, such as an .npz file; it counts against the same limit. */
  openEntry(name: string): ZipArchive {
    return new ZipArchive(this.read(name), this.budget);
  }

  names(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** The content of an entry, unpacked and checked once. Throws INVALID_ARGUMENT when there is none of that name. */
  read(name: string): Uint8Array {
    const known = this.contents.get(name);
    if (known !== undefined) return known;
    const entry = this.entries.get(name);
    if (entry === undefined) throw badFile(`the archive has no entry ${JSON.stringify(name)}`);
    this.budget.spend(entry.size);
    const content = unpackEntry(this.bytes, name, entry);
    this.contents.set(name, content);
    return content;
  }

  private readEntry(reader: ByteReader): void {
    const what = 'an entry of the zip directory';
    if (reader.uint32(what) !== ENTRY) throw badFile('the zip archive is broken: its directory has no such entry');
    reader.skip(4, what);
    const flags = reader.uint16(what);
    const method = reader.uint16(what);
    reader.skip(4, what);
    const crc = reader.uint32(what);
    const packedSize = reader.uint32(what);
    const size = reader.uint32(what);
    const [nameLength, extraLength, commentLength] = [reader.uint16(what), reader.uint16(what), reader.uint16(what)];
    reader.skip(8, what);
    const offset = reader.uint32(what);
    const name = Buffer.from(reader.take(nameLength, what)).toString('utf8');
    reader.skip(extraLength + commentLength, what);
    if (/[/\\\0]/.test(name))
      throw badFile(`the archive has an entry ${JSON.stringify(name)}; names with folders are not read`);
    if ((flags & ENCRYPTED) !== 0) throw badFile(`the archive's entry ${name} is encrypted`);
    if (this.entries.has(name)) throw badFile(`the archive has two entries ${name}`);
    this.entries.set(name, { method, crc, packedSize, size, offset });
  }
}

function findEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lowest = Math.max(0, bytes.length - END_SIZE - MAX_COMMENT);
  for (let at = bytes.length - END_SIZE; at >= lowest; at--) if (view.getUint32(at, true) === END) return at;
  throw badFile('the zip archive is broken: it has no directory');
}

function unpackEntry(bytes: Uint8Array, name: string, entry: Entry): Uint8Array {
  const reader = new ByteReader(bytes);
  reader.skip(entry.offset, `the archive's entry ${name}`);
  if (reader.uint32('a zip entry') !== FILE)
    throw badFile(`the zip archive is broken: ${name} is not where it should be`);
  reader.skip(22, 'a zip entry');
  reader.skip(reader.uint16('a zip entry') + reader.uint16('a zip entry'), 'a zip entry');
  const packed = reader.take(entry.packedSize, `the archive's entry ${name}`);
  const content = unpackBy(entry, packed, name);
  if (content.length !== entry.size || crc32(content) !== entry.crc) {
    throw badFile(`the zip archive is broken: ${name} has a wrong size or checksum`);
  }
  return content;
}

function unpackBy(entry: Entry, packed: Uint8Array, name: string): Uint8Array {
  if (entry.method === STORED) return packed;
  if (entry.method === DEFLATED) return unpackDeflate(packed, entry.size);
  throw badFile(`the archive's entry ${name} is packed by method ${entry.method}; only stored and deflated are read`);
}
