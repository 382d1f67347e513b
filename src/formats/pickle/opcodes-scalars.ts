import { badFile } from '../errors.js';
import { decimal, toInteger } from './integers.js';
import type { OpcodeGroup, PickleMachine } from './machine.js';

/** Python's raw-unicode-escape: \uXXXX and \UXXXXXXXX stand for code points, everything else for itself. */
function fromRawUnicodeEscape(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short: string | undefined, long: string) => {
    const code = Number.parseInt(short ?? long, 16);
    if (code > 0x10ffff) throw badFile(`there is no character ${code.toString(16)}`);
    return short === undefined ? String.fromCodePoint(code) : String.fromCharCode(code);
  });
}

function intLine(machine: PickleMachine): number | bigint | boolean {
  const line = machine.reader.line('an integer');
  if (line === '01') return true;
  if (line === '00') return false;
  return decimal(line, machine.limits.maxDigits);
}

function longLine(machine: PickleMachine): number | bigint {
  const line = machine.reader.line('an integer');
  return decimal(line.endsWith('L') ? line.slice(0, -1) : line, machine.limits.maxDigits);
}

const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

function floatLine(machine: PickleMachine): number {
  const line = machine.reader.line('a float');
  const special = SPECIAL_FLOATS.get(line);
  if (special !== undefined) return special;
  const value = Number(line);
  if (line.trim() === '' || Number.isNaN(value)) throw badFile(`${JSON.stringify(line.slice(0, 40))} is no float`);
  return value;
}

/** Little-endian two's complement of any length. */
function long(machine: PickleMachine, length: number): number | bigint {
  const { maxDigits } = machine.limits;
  if (length < 0 || length * 2.408 > maxDigits)
    throw badFile(`an integer of ${length} bytes; at most ${maxDigits} digits are read`);
  const bytes = machine.reader.take(length, 'an integer');
  let value = 0n;
  for (let end = length; end > 0; end--) value = (value << 8n) | BigInt(bytes[end - 1]);
  return toInteger(length === 0 ? 0n : BigInt.asIntN(8 * length, value));
}

/** None, bools, numbers, strings and bytes. */
export const scalarOpcodes: OpcodeGroup = [
  [0x4e, 'NONE', m => m.push(null)],
  [0x88, 'NEWTRUE', m => m.push(true)],
  [0x89, 'NEWFALSE', m => m.push(false)],
  [0x49, 'INT', m => m.push(intLine(m))],
  [0x4c, 'LONG', m => m.push(longLine(m))],
  [0x4a, 'BININT', m => m.push(m.reader.int32('an integer'))],
  [0x4b, 'BININT1', m => m.push(m.reader.uint8('an integer'))],
  [0x4d, 'BININT2', m => m.push(m.reader.uint16('an integer'))],
  [0x8a, 'LONG1', m => m.push(long(m, m.reader.uint8('an integer')))],
  [0x8b, 'LONG4', m => m.push(long(m, m.reader.int32('an integer')))],
  [0x46, 'FLOAT', m => m.push(floatLine(m))],
  [0x47, 'BINFLOAT', m => m.push(m.reader.float64BigEndian('a float'))],
  [0x56, 'UNICODE', m => m.push(fromRawUnicodeEscape(m.reader.line('a string')))],
  [0x8c, 'SHORT_BINUNICODE', m => m.push(m.reader.text(m.reader.uint8('a string'), 'a string'))],
  [0x58, 'BINUNICODE', m => m.push(m.reader.text(m.reader.uint32('a string'), 'a string'))],
  [0x8d, 'BINUNICODE8', m => m.push(m.reader.text(m.reader.uint64('a string'), 'a string'))],
  [0x43, 'SHORT_BINBYTES', m => m.push(m.reader.take(m.reader.uint8('bytes'), 'bytes'))],
  [0x42, 'BINBYTES', m => m.push(m.reader.take(m.reader.uint32('bytes'), 'bytes'))],
  [0x8e, 'BINBYTES8', m => m.push(m.reader.take(m.reader.uint64('bytes'), 'bytes'))],
  [0x96, 'BYTEARRAY8', m => m.push(m.reader.take(m.reader.uint64('a bytearray'), 'a bytearray'))],
];
