import { badFile } from './errors.js';
import { PyDict, PyTuple, type PyValue } from './pickle/values.js';

const MAX_DEPTH = 16;
const TOKEN = /\s*(?:([[\](){},:])|(-?\d{1,15})(?!\d)|(True|False|None)\b|'([^'\\]*(?:\\['"\\][^'\\]*)*)')/y;

/**
 * A Python literal of dicts, lists, tuples, plain strings, whole numbers, True, False and None, as in the header of an
 * .npy file. Throws INVALID_ARGUMENT for anything else.
 */
export function parsePythonLiteral(text: string): PyValue {
  const scanner = new RegExp(TOKEN);
  const next = (): RegExpExecArray => {
    const match = scanner.exec(text);
    if (match === null) throw badFile(`${JSON.stringify(text.slice(0, 80))} is no literal of Python`);
    return match;
  };
  const peek = (): string | undefined => {
    const at = scanner.lastIndex;
    const mark = next()[1];
    scanner.lastIndex = at;
    return mark;
  };
  const until = (closing: string, read: () => void): number => {
    let commas = 0;
    while (peek() !== closing) {
      read();
      const mark = peek();
      if (mark !== ',' && mark !== closing) throw badFile(`a literal of Python needs "," or "${closing}"`);
      if (mark === ',') {
        next();
        commas++;
      }
    }
    next();
    return commas;
  };
  const value = (depth: number): PyValue => {
    if (depth > MAX_DEPTH) throw badFile('a literal of Python nests too deep');
    const [, mark, number, word, string] = next();
    if (number !== undefined) return Number(number);
    if (word !== undefined) return word === 'None' ? null : word === 'True';
    if (string !== undefined) return string.replace(/\\(.)/g, '$1');
    const items: PyValue[] = [];
    const item = () => void items.push(value(depth + 1));
    if (mark === '[') {
      until(']', item);
      return items;
    }
    if (mark === '(') {
      const commas = until(')', item);
      return items.length === 1 && commas === 0 ? items[0] : new PyTuple(items);
    }
    if (mark !== '{') throw badFile(`a literal of Python cannot begin with "${mark}"`);
    const dict = new PyDict();
    until('}', () => {
      const key = value(depth + 1);
      if (next()[1] !== ':') throw badFile('a literal of Python needs ":" between key and value');
      dict.set(key, value(depth + 1));
    });
    return dict;
  };
  const result = value(0);
  if (text.slice(scanner.lastIndex).trim() !== '') throw badFile('something follows the literal of Python');
  return result;
}
