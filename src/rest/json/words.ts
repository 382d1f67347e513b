import { DATATYPES } from '../../core/datatype.js';

/** Longer texts are seldom seen twice. */
const MAX_LENGTH = 32;
const SLOTS = 512;

/** The protocol's own words; first in the table, so that a client's key is the same string object as ours. */
const PROTOCOL = [
  'id',
  'inputs',
  'outputs',
  'parameters',
  'name',
  'shape',
  'datatype',
  'data',
  'content_type',
  ...DATATYPES,
];

/** A text sits in the one slot its bytes point to and gives way to the next text of that slot: never more than SLOTS of them. */
const words: (string | undefined)[] = new Array(SLOTS).fill(undefined);
for (const word of PROTOCOL) words[slotOf(Buffer.from(word), 0, word.length)] = word;

/**
 * The ASCII text `bytes[start..end]` as a string. Keys, datatypes and tensor names are the same few in every request:
 * comparing their bytes to a string that is already there is several times faster than making it again.
 */
export function knownWord(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > MAX_LENGTH) return bytes.toString('latin1', start, end);
  const slot = slotOf(bytes, start, length);
  const word = words[slot];
  if (word !== undefined && sameText(word, bytes, start, length)) return word;
  return (words[slot] = bytes.toString('latin1', start, end));
}

/** The length, the beginning and the end: what names that are counted up differ in. */
function slotOf(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0) return 0;
  const last = start + length - 1;
  return (length + bytes[start] * 31 + bytes[last] * 17 + bytes[(start + last) >> 1] * 61) & (SLOTS - 1);
}

function sameText(word: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (word.length !== length) return false;
  for (let i = 0; i < length; i++) if (word.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
