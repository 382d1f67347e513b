import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url));

/** A file of test/fixtures in an ArrayBuffer of its own, so that reading past a view shows. */
export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(FIXTURES + path));
}

/** What test/fixtures/containers/generate.py packs: text, zeros, every byte, noise. */
export function packedContent(): Uint8Array {
  let state = 1n;
  const noise = Buffer.alloc(3000);
  for (let i = 0; i < noise.length; i++) {
    state = (state * 1103515245n + 12345n) % 2n ** 31n;
    noise[i] = Number((state >> 16n) & 255n);
  }
  const everyByte = Buffer.from(Array.from({ length: 768 }, (_, i) => i % 256));
  const text = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(60));
  return Buffer.concat([text, Buffer.alloc(4000), everyByte, noise, Buffer.from('a'.repeat(35))]);
}
