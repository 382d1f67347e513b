import { badFile } from '../errors.js';
import type { BoundedOutput } from './bounded-output.js';

const STATES = 12;
const POSITION_STATES = 16;
const MIN_MATCH = 2;
const MODEL_BITS = 11;
const MOVE_BITS = 5;
const EVEN_ODDS = 1 << (MODEL_BITS - 1);

/** Offsets of the probability models inside one array; a length coder takes 2 choices, 16 x 8 low, 16 x 8 mid, 256 high. */
const LENGTH_CODER = 2 + 2 * POSITION_STATES * 8 + 256;
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * POSITION_STATES;
const IS_REP_G0 = IS_REP + STATES;
const IS_REP_G1 = IS_REP_G0 + STATES;
const IS_REP_G2 = IS_REP_G1 + STATES;
const IS_REP0_LONG = IS_REP_G2 + STATES;
const SLOT = IS_REP0_LONG + STATES * POSITION_STATES;
const SPECIAL = SLOT + 4 * 64;
const ALIGN = SPECIAL + 128;
const MATCH_LENGTH = ALIGN + 16;
const REP_LENGTH = MATCH_LENGTH + LENGTH_CODER;
const LITERAL = REP_LENGTH + LENGTH_CODER;

/**
 * The LZMA decoder that .lzma files and LZMA2 chunks share: an adaptive binary range coder that says "literal", "match
 * at a distance" or "repeat one of the last four distances". The output is its own dictionary. The caller begins each
 * run of packed bytes with `start`, then asks to decode up to a length of the output.
 */
export class LzmaDecoder {
  /** Where the next packed byte is read. */
  position = 0;
  private input: Uint8Array = new Uint8Array(0);
  private end = 0;
  private range = 0;
  private code = 0;
  private probabilities = new Uint16Array(0);
  private literalContext = 0;
  private literalMask = 0;
  private positionMask = 0;
  private state = 0;
  private reps: [number, number, number, number] = [0, 0, 0, 0];
  private dictionaryStart = 0;

  constructor(
    private readonly out: BoundedOutput,
    private readonly dictionarySize: number,
  ) {}

  /** Takes the properties byte, (pb * 5 + lp) * 9 + lc, and forgets everything learned. */
  setProperties(properties: number): void {
    if (properties >= 9 * 5 * 5) throw badFile(`the lzma stream is broken: ${properties} is no properties byte`);
    this.literalContext = properties % 9;
    const rest = Math.floor(properties / 9);
    const literalPositionBits = rest % 5;
    this.literalMask = (1 << literalPositionBits) - 1;
    this.positionMask = (1 << Math.floor(rest / 5)) - 1;
    this.probabilities = new Uint16Array(LITERAL + (0x300 << (this.literalContext + literalPositionBits)));
    this.resetState();
  }

  resetState(): void {
    this.probabilities.fill(EVEN_ODDS);
    this.state = 0;
    this.reps = [0, 0, 0, 0];
  }

  /** From here on matches may not reach back behind what is written next. */
  resetDictionary(): void {
    this.dictionaryStart = this.out.length;
  }

  /** Begins to read packed bytes, which must not be read from `end` on. */
  start(input: Uint8Array, position: number, end: number): void {
    this.input = input;
    this.position = position;
    this.end = end;
    this.range = 0xffffffff;
    this.code = 0;
    if (this.nextByte() !== 0) throw broken('the range coder must begin with 0');
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.nextByte()) >>> 0;
  }

  /** Decodes until the output is `length` bytes long, or up to the end marker; answers whether that was met. */
  decode(length: number): boolean {
    const { out } = this;
    while (out.length < length) {
      const positionState = (out.length - this.dictionaryStart) & this.positionMask;
      if (this.bit(IS_MATCH + this.state * POSITION_STATES + positionState) === 0) {
        this.literal();
        continue;
      }
      const count = this.matchLength(positionState);
      if (count === 0) return true;
      this.copy(count, length);
    }
    return false;
  }

  /** True when the packed bytes are used up and the range coder has nothing left, as at every proper end. */
  get atEnd(): boolean {
    this.normalize();
    return this.code === 0;
  }

  private copy(count: number, length: number): void {
    const { out } = this;
    const distance = this.reps[0] + 1;
    if (distance > out.length - this.dictionaryStart || distance > this.dictionarySize) {
      throw broken('a match reaches back too far');
    }
    if (count > length - out.length) throw broken('a match is longer than what is left');
    out.repeat(distance, count);
  }

  private literal(): void {
    const { out } = this;
    const written = out.length - this.dictionaryStart;
    const previous = written > 0 ? out.bytes[out.length - 1] : 0;
    const context = ((written & this.literalMask) << this.literalContext) + (previous >> (8 - this.literalContext));
    const base = LITERAL + 0x300 * context;
    let symbol = 1;
    if (this.state >= 7) {
      // After a match the byte at its distance is a hint: it differs from the literal, in some bit from the top.
      if (this.reps[0] >= written) throw broken('a match reaches back too far');
      let hint = out.bytes[out.length - this.reps[0] - 1];
      do {
        const hintBit = (hint >> 7) & 1;
        hint <<= 1;
        const bit = this.bit(base + ((1 + hintBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== hintBit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(base + symbol);
    out.reserve(1);
    out.bytes[out.length++] = symbol;
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  /** Reads distance (into reps[0]) and length of a match; 0 for the end marker. */
  private matchLength(positionState: number): number {
    const { reps, state } = this;
    if (this.bit(IS_REP + state) === 0) {
      const length = this.length(MATCH_LENGTH, positionState);
      this.state = state < 7 ? 7 : 10;
      const distance = this.distance(length);
      this.reps = [distance, reps[0], reps[1], reps[2]];
      return distance === 0xffffffff ? 0 : length + MIN_MATCH;
    }
    if (this.bit(IS_REP_G0 + state) === 0) {
      if (this.bit(IS_REP0_LONG + state * POSITION_STATES + positionState) === 0) {
        this.state = state < 7 ? 9 : 11;
        return 1;
      }
    } else if (this.bit(IS_REP_G1 + state) === 0) {
      this.reps = [reps[1], reps[0], reps[2], reps[3]];
    } else if (this.bit(IS_REP_G2 + state) === 0) {
      this.reps = [reps[2], reps[0], reps[1], reps[3]];
    } else {
      this.reps = [reps[3], reps[0], reps[1], reps[2]];
    }
    this.state = state < 7 ? 8 : 11;
    return this.length(REP_LENGTH, positionState) + MIN_MATCH;
  }

  private length(coder: number, positionState: number): number {
    if (this.bit(coder) === 0) return this.tree(coder + 2 + positionState * 8, 3);
    const mid = coder + 2 + POSITION_STATES * 8;
    if (this.bit(coder + 1) === 0) return 8 + this.tree(mid + positionState * 8, 3);
    return 16 + this.tree(mid + POSITION_STATES * 8, 8);
  }

  private distance(length: number): number {
    const slot = this.tree(SLOT + Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return high + this.reverseTree(SPECIAL + high - slot, bits);
    return high + this.directBits(bits - 4) * 16 + this.reverseTree(ALIGN, 4);
  }

  private tree(base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(base + symbol);
    return symbol - (1 << bits);
  }

  private reverseTree(base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  private directBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.normalize();
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      value = value * 2 + bit;
    }
    return value;
  }

  /** One bit under the model at `index`, which learns from it. */
  private bit(index: number): 0 | 1 {
    if (this.range < 0x1000000) this.normalize();
    const { probabilities } = this;
    const probability = probabilities[index];
    const bound = (this.range >>> MODEL_BITS) * probability;
    if (this.code < bound) {
      this.range = bound;
      probabilities[index] = probability + (((1 << MODEL_BITS) - probability) >> MOVE_BITS);
      return 0;
    }
    this.range -= bound;
    this.code -= bound;
    probabilities[index] = probability - (probability >> MOVE_BITS);
    return 1;
  }

  private normalize(): void {
    if (this.range >= 0x1000000) return;
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | this.nextByte()) >>> 0;
  }

  private nextByte(): number {
    if (this.position >= this.end) throw broken('it ends too early');
    return this.input[this.position++];
  }
}

function broken(reason: string): Error {
  return badFile(`the lzma stream is broken: ${reason}`);
}
