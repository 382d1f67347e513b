/**
 * JSON as text that is taken apart and put together without being read as values: a number keeps every digit it was written
 * with (an INT64 beyond 2^53), NaN stays NaN, and what is inside a tensor is the server's to judge.
 */

/** Members of the object that `text` is, in their order. Throws a SyntaxError when it is none. */
export function objectMembers(text: string): Map<string, string> {
  const members = new Map<string, string>();
  for (let at = open(text, '{'); text[at] !== '}'; ) {
    if (text[at] !== '"') throw syntaxError(text, at, 'a name in quotes');
    const nameEnd = stringEnd(text, at);
    const name: string = JSON.parse(text.slice(at, nameEnd));
    const valueAt = skipBlanks(text, expect(text, skipBlanks(text, nameEnd), ':'));
    const end = valueEnd(text, valueAt);
    members.set(name, text.slice(valueAt, end));
    at = next(text, end, '}');
  }
  return members;
}

/** Elements of the array that `text` is. Throws a SyntaxError when it is none. */
export function arrayElements(text: string): string[] {
  const elements: string[] = [];
  for (let at = open(text, '['); text[at] !== ']'; ) {
    const end = valueEnd(text, at);
    elements.push(text.slice(at, end));
    at = next(text, end, ']');
  }
  return elements;
}

/** An object of these members, on one line. */
export function objectText(members: Iterable<readonly [string, string]>): string {
  return `{${Array.from(members, ([name, value]) => `${JSON.stringify(name)}:${onOneLine(value)}`).join(',')}}`;
}

/** The values in an array of arrays of any depth: of `[[1,2],[3]]` they are `1`, `2` and `3`. */
export function flattened(text: string): string[] {
  const parts: string[] = [];
  const flatten = (array: string) => {
    for (const element of arrayElements(array)) {
      if (element.startsWith('[')) flatten(element);
      else parts.push(element);
    }
  };
  flatten(text);
  return parts;
}

/** A line break may stand between the parts of a JSON text, and nowhere else. */
function onOneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+/g, ' ') : text;
}

const BLANKS = /[ \t\r\n]*/y;
const BRACKET_OR_QUOTE = /["[\]{}]/g;
const SCALAR_END = /[,\]}\s]/g;

function skipBlanks(text: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.test(text);
  return BLANKS.lastIndex;
}

/** Where the first member of the one value in `text` begins, or its closing bracket stands. */
function open(text: string, bracket: '{' | '['): number {
  const start = skipBlanks(text, 0);
  const first = skipBlanks(text, expect(text, start, bracket));
  const end = skipBlanks(text, valueEnd(text, start));
  if (end < text.length) throw syntaxError(text, end, 'the end');
  return first;
}

/** Where the next member begins, or the closing bracket stands. */
function next(text: string, end: number, bracket: '}' | ']'): number {
  const at = skipBlanks(text, end);
  if (text[at] === bracket) return at;
  const following = skipBlanks(text, expect(text, at, ','));
  if (text[following] === bracket) throw syntaxError(text, following, 'a value');
  return following;
}

function expect(text: string, at: number, wanted: string): number {
  if (text[at] !== wanted) throw syntaxError(text, at, `'${wanted}'`);
  return at + 1;
}

function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first === '[' || first === '{') return bracketEnd(text, start);
  SCALAR_END.lastIndex = start;
  const end = SCALAR_END.exec(text)?.index ?? text.length;
  if (end === start) throw syntaxError(text, start, 'a value');
  return end;
}

function bracketEnd(text: string, start: number): number {
  let depth = 0;
  BRACKET_OR_QUOTE.lastIndex = start;
  for (let found = BRACKET_OR_QUOTE.exec(text); found !== null; found = BRACKET_OR_QUOTE.exec(text)) {
    const [mark] = found;
    if (mark === '"') BRACKET_OR_QUOTE.lastIndex = stringEnd(text, found.index);
    else if (mark === '[' || mark === '{') depth++;
    else if (--depth === 0) return found.index + 1;
  }
  throw syntaxError(text, text.length, `the end of what began at character ${start + 1}`);
}

function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  throw syntaxError(text, text.length, `the end of the text that began at character ${start + 1}`);
}

function syntaxError(text: string, at: number, wanted: string): SyntaxError {
  const found = at < text.length ? `'${text.slice(at, at + 10)}'` : 'nothing';
  return new SyntaxError(`not valid JSON: expected ${wanted} at character ${at + 1}, found ${found}`);
}
