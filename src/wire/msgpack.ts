/**
 * MessagePack from clients: nothing is unpacked before all of it has been walked over. By first byte:
 *
 *   00-7f, e0-ff  small integer             c4 c5 c6  bytes; length in 1, 2, 4 bytes
 *   80-8f         map of 0-15 pairs         ca cb     number of 4, 8 bytes
 *   90-9f         list of 0-15 items        cc-cf     unsigned integer of 1, 2, 4, 8 bytes
 *   a0-bf         text of 0-31 bytes        d0-d3     signed integer of 1, 2, 4, 8 bytes
 *   c0 c2 c3      nil, false, true          d9 da db  text; length in 1, 2, 4 bytes
 *   c7-c9, d4-d8  extensions: refused       dc dd     list; items in 2, 4 bytes
 *   c1            never used: refused       de df     map; pairs in 2, 4 bytes
 *
 * So none of msgpackr's own extensions - records, references, errors, patterns - is ever reached by what a client sent.
 */
import { isUtf8 } from 'node:buffer';
import { Packr, Unpackr } from 'msgpackr';
import { ServerError } from '../core/errors.js';

const MAX_DEPTH = 100;
/** Small things take far more memory as values than as bytes. What is binary counts as one, however long. */
const MAX_VALUES = 4_194_304;
const MAX_TEXTS_AND_LISTS = 1_048_576;

/** Maps as Maps: a key is never a property. Integers that are not safe come as bigints. */
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'auto' as 'bigint' });
const packr = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' });

/**
 * The one value in `bytes`: maps as Map by text, binary data as views. Throws INVALID_ARGUMENT, with the place, for what is no
 * MessagePack, holds an extension, or is deeper or of more parts than a request may be.
 */
export function unpackMessage(bytes: Buffer): unknown {
  new Walk(bytes).run();
  return unpackr.unpack(bytes);
}

/** Objects and lists of texts, numbers, bigints, booleans, null and Buffers. Members that are undefined must not be there. */
export function packMessage(value: unknown): Buffer {
  return packr.pack(value);
}

class Walk {
  private at = 0;
  private values = 0;
  private textsAndLists = 0;
  /** Of every open list or map, what is still to come: values, or keys and values. */
  private readonly left: number[] = [1];
  private readonly isMap: boolean[] = [false];

  constructor(private readonly bytes: Buffer) {}

  run(): void {
    const { left, isMap } = this;
    while (left.length > 0) {
      const top = left.length - 1;
      if (left[top] === 0) {
        left.pop();
        isMap.pop();
        continue;
      }
      const isKey = isMap[top] && left[top] % 2 === 0;
      left[top]--;
      this.value(isKey);
    }
    if (this.at < this.bytes.length) throw this.bad(`${this.bytes.length - this.at} bytes follow the message`);
  }

  private value(isKey: boolean): void {
    const token = this.number(1);
    const isText = (token >= 0xa0 && token < 0xc0) || (token >= 0xd9 && token <= 0xdb);
    if (isKey && !isText) throw this.bad('expected a text as the key of a map');
    if (++this.values > MAX_VALUES) {
      throw this.bad(`more than ${MAX_VALUES} values; send the data of large tensors as binary`);
    }
    if (token < 0x80 || token >= 0xe0) return;
    if (token < 0x90) this.open(token & 0x0f, true);
    else if (token < 0xa0) this.open(token & 0x0f, false);
    else if (token < 0xc0) this.text(token & 0x1f);
    else this.marked(token);
  }

  /** Values whose first byte says how what follows is written. */
  private marked(token: number): void {
    if (token === 0xc0 || token === 0xc2 || token === 0xc3) return;
    if (token >= 0xc4 && token <= 0xc6) this.skip(this.number(1 << (token - 0xc4)));
    else if (token === 0xca || token === 0xcb) this.skip(4 << (token - 0xca));
    else if (token >= 0xcc && token <= 0xcf) this.skip(1 << (token - 0xcc));
    else if (token >= 0xd0 && token <= 0xd3) this.skip(1 << (token - 0xd0));
    else if (token >= 0xd9 && token <= 0xdb) this.text(this.number(1 << (token - 0xd9)));
    else if (token === 0xdc || token === 0xdd) this.open(this.number(2 << (token - 0xdc)), false);
    else if (token === 0xde || token === 0xdf) this.open(this.number(2 << (token - 0xde)), true);
    else throw this.bad('extensions are not taken');
  }

  private open(count: number, isMap: boolean): void {
    const items = isMap ? 2 * count : count;
    // Each takes a byte at least.
    if (items > this.bytes.length - this.at) throw this.cut(`${count} ${isMap ? 'pairs' : 'items'}`);
    if (this.left.length > MAX_DEPTH) throw this.bad(`nested deeper than ${MAX_DEPTH}`);
    this.countPart();
    this.left.push(items);
    this.isMap.push(isMap);
  }

  private text(length: number): void {
    const start = this.at;
    this.skip(length);
    this.countPart();
    if (!isUtf8(this.bytes.subarray(start, this.at))) throw this.bad('a text is not valid UTF-8; send bytes as binary');
  }

  private countPart(): void {
    if (++this.textsAndLists > MAX_TEXTS_AND_LISTS) {
      throw this.bad(
        `more than ${MAX_TEXTS_AND_LISTS} texts, lists and maps; send the data of large tensors as binary`,
      );
    }
  }

  private number(size: number): number {
    const { at } = this;
    this.skip(size);
    return this.bytes.readUIntBE(at, size);
  }

  private skip(length: number): void {
    if (length > this.bytes.length - this.at) throw this.cut(`${length} bytes`);
    this.at += length;
  }

  private cut(announced: string): ServerError {
    return this.bad(`expected ${announced}, but ${this.bytes.length - this.at} bytes are left`);
  }

  private bad(problem: string): ServerError {
    return new ServerError('INVALID_ARGUMENT', `body is not a MessagePack request: ${problem} (byte ${this.at})`);
  }
}
