/** The checksums that xz and lz4 use and Node has not; CRC-32 is in node:zlib. */

const POLYNOMIAL_LOW = 0xd7870f42;
const POLYNOMIAL_HIGH = 0xc96c5795;

/** CRC-64 (ECMA-182, reflected) as two halves of 32 bits: twice as fast as with BigInt. */
export function crc64(bytes: Uint8Array): bigint {
  const [lowTable, highTable] = crc64Tables();
  let low = 0xffffffff;
  let high = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    const index = (low ^ bytes[i]) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ lowTable[index];
    high = (high >>> 8) ^ highTable[index];
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}

let tables: readonly [Uint32Array, Uint32Array] | undefined;

function crc64Tables(): readonly [Uint32Array, Uint32Array] {
  if (tables !== undefined) return tables;
  const lowTable = new Uint32Array(256);
  const highTable = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let low = index;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry === 1) {
        low ^= POLYNOMIAL_LOW;
        high ^= POLYNOMIAL_HIGH;
      }
    }
    lowTable[index] = low;
    highTable[index] = high;
  }
  tables = [lowTable, highTable];
  return tables;
}

const PRIMES: readonly number[] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1];

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** xxHash of 32 bits with seed 0. */
export function xxHash32(bytes: Uint8Array): number {
  const [prime1, prime2, prime3, prime4, prime5] = PRIMES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const round = (lane: number, at: number) =>
    Math.imul(rotate((lane + Math.imul(view.getUint32(at, true), prime2)) | 0, 13), prime1);
  let at = 0;
  let hash = prime5;
  if (bytes.length >= 16) {
    let a = (prime1 + prime2) | 0;
    let b = prime2 | 0;
    let c = 0;
    let d = -prime1 | 0;
    for (; at + 16 <= bytes.length; at += 16) {
      a = round(a, at);
      b = round(b, at + 4);
      c = round(c, at + 8);
      d = round(d, at + 12);
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(view.getUint32(at, true), prime3)) | 0, 17), prime4);
  }
  for (; at < bytes.length; at++) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[at], prime5)) | 0, 11), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
