import { seededRandom } from '../support/random.js';

/** Bytes that stand for limits in most formats: signs, largest and smallest counts, ends of texts. */
const TELLING = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x2d, 0x39];
/** Sizes and names stand at the beginning: half of the files are changed there only. */
const HEAD = 600;

/** A file that was damaged: cut off, or with some bytes changed. The same for the same seed. */
export function mutant(whole: Uint8Array, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  if (below(5) === 0) return whole.slice(0, below(whole.length));
  const bytes = whole.slice();
  const reach = below(2) === 0 ? bytes.length : Math.min(HEAD, bytes.length);
  for (let changes = 1 + below(6); changes > 0; changes--) {
    const at = below(reach);
    bytes[at] = below(2) === 0 ? TELLING[below(TELLING.length)] : bytes[at] ^ (1 << below(8));
  }
  return bytes;
}
