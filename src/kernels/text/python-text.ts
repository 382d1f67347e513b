/** What Python's str methods and `\s` take for white space; JavaScript's set differs in a few control characters. */
export const PYTHON_SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const SPACES = new RegExp(`[${PYTHON_SPACE}]+`, 'u');
const SEVERAL_SPACES = new RegExp(`[${PYTHON_SPACE}]{2,}`, 'gu');

/** str.split() */
export function splitWords(text: string): string[] {
  return text.split(SPACES).filter(word => word !== '');
}

/** Two or more white spaces become one blank; a single one stays what it is. */
export function collapseSpaces(text: string): string {
  return text.replace(SEVERAL_SPACES, ' ');
}

const NOT_ASCII = /[^\0-\x7f]/;
const MARKS = /\p{M}/gu;
const combining = new Map<string, boolean>();

/** Removes accents: 'unicode' drops combining marks after decomposition, 'ascii' all that is not ASCII then. */
export function stripAccents(text: string, how: 'unicode' | 'ascii'): string {
  if (!NOT_ASCII.test(text)) return text;
  const decomposed = text.normalize('NFKD');
  if (how === 'ascii') return decomposed.replace(/[^\0-\x7f]/g, '');
  return decomposed.replace(MARKS, mark => (isCombining(mark) ? '' : mark));
}

/**
 * Whether a mark's combining class is not 0. U+0345 has the highest class, 240: normalisation moves every mark of a lower
 * class, but no mark of class 0, before it.
 */
function isCombining(mark: string): boolean {
  let is = combining.get(mark);
  if (is === undefined) {
    const probe = `a\u0345${mark}`;
    is = mark === '\u0345' || probe.normalize('NFD') !== probe;
    combining.set(mark, is);
  }
  return is;
}
