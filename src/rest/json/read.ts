import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, closing, LOWER_N, OPEN_LIST, OPEN_OBJECT, QUOTE } from './bytes.js';
import { ESCAPED, type JsonCursor, PLAIN } from './cursor.js';
import { knownWord } from './words.js';

/*
 * Values from a cursor, which then stands behind them. `expected` says what the protocol asks for, should the value be of
 * another type.
 *
 *   for (let more = enterObject(json, 'an object'); more; more = nextMember(json)) {
 *     switch (readKey(json)) { ... }
 *   }
 */

/** Goes into an object; true when it has a member. */
export function enterObject(json: JsonCursor, expected: string): boolean {
  return enter(json, OPEN_OBJECT, expected);
}

/** Behind a member: goes on to the next one, or leaves the object and returns false. */
export function nextMember(json: JsonCursor): boolean {
  return next(json, CLOSE_OBJECT);
}

export function enterList(json: JsonCursor, expected: string): boolean {
  return enter(json, OPEN_LIST, expected);
}

export function nextItem(json: JsonCursor): boolean {
  return next(json, CLOSE_LIST);
}

/** The name of an object's member; the cursor then stands before its value. */
export function readKey(json: JsonCursor): string {
  if (json.peek() !== QUOTE) json.syntaxError('a member name in quotes');
  const key = text(json);
  if (json.peek() !== COLON) json.syntaxError("':'");
  json.pos++;
  return key;
}

export function readString(json: JsonCursor, expected: string): string {
  if (json.peek() !== QUOTE) json.wrongType(expected);
  return text(json);
}

/** True when the next value is `null`, which is then passed. */
export function passNull(json: JsonCursor): boolean {
  if (json.peek() !== LOWER_N) return false;
  json.passLiteral('null');
  return true;
}

/** Any value as JSON.parse makes it: members are own properties, also one called `__proto__`. */
export function readValue(json: JsonCursor): unknown {
  json.peek();
  const start = json.pos;
  json.passValue();
  return JSON.parse(json.bytes.toString('utf8', start, json.pos));
}

function enter(json: JsonCursor, open: number, expected: string): boolean {
  if (json.peek() !== open) json.wrongType(expected);
  json.pos++;
  if (json.peek() !== closing(open)) return true;
  json.pos++;
  return false;
}

function next(json: JsonCursor, close: number): boolean {
  const byte = json.peek();
  if (byte !== close && byte !== COMMA) json.syntaxError(`',' or '${String.fromCharCode(close)}'`);
  json.pos++;
  return byte === COMMA;
}

function text(json: JsonCursor): string {
  const { bytes } = json;
  const start = json.pos;
  const flags = json.passString();
  if (flags === PLAIN) return knownWord(bytes, start + 1, json.pos - 1);
  if (flags & ESCAPED) return JSON.parse(bytes.toString('utf8', start, json.pos));
  return bytes.toString('utf8', start + 1, json.pos - 1);
}
