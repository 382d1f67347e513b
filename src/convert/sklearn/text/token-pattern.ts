import { PYTHON_SPACE } from '../../../kernels/text/python-text.js';

/** A regular expression of JavaScript (flag v) that finds what a Python pattern finds. */
export interface TokenPattern {
  readonly source: string;
  readonly flags: string;
  /** Whether a word is what the pattern's group matched instead of the whole match. */
  readonly group: boolean;
}

/** Sets of characters, to stand inside of square brackets. */
interface Sets {
  readonly word: string;
  readonly digit: string;
  readonly space: string;
}

const UNICODE: Sets = { word: '\\p{L}\\p{N}_', digit: '\\p{Nd}', space: PYTHON_SPACE };
const ASCII: Sets = { word: 'a-zA-Z0-9_', digit: '0-9', space: '\\t-\\r\\x20' };

const ESCAPED: Readonly<Record<string, string>> = {
  t: '\t',
  n: '\n',
  r: '\r',
  f: '\f',
  v: '\v',
  a: '\x07',
};

const START = '(?<![\\s\\S])';
const END = '(?![\\s\\S])';

/**
 * Translates a pattern of Python's `re`, whose \w, \b, \d and \s know all of Unicode where JavaScript's know ASCII only.
 * undefined for what has no counterpart: back references, inline flags other than at the start, atomic groups, conditions.
 */
export function translatePattern(pattern: string): TokenPattern | undefined {
  // The two patterns that nearly everybody uses, without look-around: a run of word characters begins and ends at \b.
  if (pattern === '(?u)\\b\\w\\w+\\b') return { source: `[${UNICODE.word}]{2,}`, flags: 'gv', group: false };
  if (pattern === '(?u)\\b\\w+\\b') return { source: `[${UNICODE.word}]+`, flags: 'gv', group: false };
  const prefix = /^\(\?([aimsu]+)\)/.exec(pattern);
  const flags = prefix?.[1] ?? '';
  const translation = new Translation(pattern.slice(prefix?.[0].length ?? 0), flags);
  const source = translation.run();
  if (source === undefined || translation.groups > 1) return undefined;
  const jsFlags = flags.includes('i') ? 'giv' : 'gv';
  try {
    new RegExp(source, jsFlags);
  } catch {
    return undefined;
  }
  return { source, flags: jsFlags, group: translation.groups === 1 };
}

/** One pass over a pattern; every method returns undefined for what cannot be translated. */
class Translation {
  groups = 0;
  private at = 0;
  private readonly sets: Sets;

  constructor(
    private readonly pattern: string,
    private readonly flags: string,
  ) {
    this.sets = flags.includes('a') ? ASCII : UNICODE;
  }

  run(): string | undefined {
    let out = '';
    while (this.at < this.pattern.length) {
      const part = this.part();
      if (part === undefined) return undefined;
      out += part;
    }
    return out;
  }

  private part(): string | undefined {
    const character = this.next();
    const lines = this.flags.includes('m');
    switch (character) {
      case '\\':
        return this.escape();
      case '[':
        return this.characterClass();
      case '(':
        return this.group();
      case '.':
        return this.flags.includes('s') ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return lines ? '(?<![^\\n])' : START;
      case '$':
        return lines ? '(?![^\\n])' : `(?=\\n?${END})`;
      case '|':
      case ')':
        return character;
      case '*':
      case '+':
      case '?':
        return this.quantifier(character);
      case '{':
        return this.counts();
      default:
        return literal(character);
    }
  }

  private next(): string {
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at)!);
    this.at += character.length;
    return character;
  }

  private match(regex: RegExp): RegExpExecArray | undefined {
    const found = regex.exec(this.pattern.slice(this.at));
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  /** A lazy mark may follow; a second plus makes it possessive, which JavaScript lacks. */
  private quantifier(text: string): string | undefined {
    if (this.match(/^\?/)) return `${text}?`;
    return this.pattern[this.at] === '+' ? undefined : text;
  }

  private counts(): string | undefined {
    const found = this.match(/^(\d*)(,?)(\d*)\}/);
    if (found === undefined) return literal('{');
    const [all, low, comma, high] = found;
    if (all === '}') return literal('{') + literal('}');
    return this.quantifier(`{${low || '0'}${comma}${high}}`);
  }

  private group(): string | undefined {
    if (this.match(/^\?#[^)]*\)/)) return '';
    const extension = this.match(/^\?(:|=|!|<=|<!)/);
    if (extension !== undefined) return `(${extension[0]}`;
    if (this.match(/^\?P<\w+>/) === undefined && this.pattern[this.at] === '?') return undefined;
    this.groups++;
    return '(';
  }

  private escape(): string | undefined {
    const { word } = this.sets;
    const found = this.match(/^[bBAZ]/)?.[0];
    switch (found) {
      case 'b':
        return `(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`;
      case 'B':
        return `(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`;
      case 'A':
        return START;
      case 'Z':
        return END;
    }
    const set = this.set();
    if (set !== undefined) return set;
    const character = this.escapedCharacter();
    return character && literal(character);
  }

  /** \w \d \s and their opposites, as a class of its own. */
  private set(): string | undefined {
    const letter = this.match(/^[wWdDsS]/)?.[0];
    if (letter === undefined) return undefined;
    const { word, digit, space } = this.sets;
    const set = { w: word, d: digit, s: space }[letter.toLowerCase()];
    return letter === letter.toLowerCase() ? `[${set}]` : `[^${set}]`;
  }

  private escapedCharacter(): string | undefined {
    const code = this.match(/^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/);
    if (code !== undefined) {
      const point = Number.parseInt(code[1] ?? code[2] ?? code[3], 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
    }
    const octal = this.match(/^(?:0[0-7]{0,2}|[1-3][0-7]{2})/);
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal[0], 8));
    if (this.at >= this.pattern.length || /^[1-9]/.test(this.pattern.slice(this.at))) return undefined;
    const character = this.next();
    if (!/[a-zA-Z]/.test(character)) return character;
    return ESCAPED[character];
  }

  private characterClass(): string | undefined {
    let out = this.match(/^\^/) ? '[^' : '[';
    for (let first = true; ; first = false) {
      if (this.at >= this.pattern.length) return undefined;
      if (!first && this.match(/^\]/)) return `${out}]`;
      const member = this.member();
      if (member === undefined) return undefined;
      if (member.startsWith('[') || !/^-[^\]]/.test(this.pattern.slice(this.at))) {
        out += member;
        continue;
      }
      this.at++;
      const end = this.member();
      if (end === undefined || end.startsWith('[')) return undefined;
      out += `${member}-${end}`;
    }
  }

  /** One character of a class, or a set such as \w. */
  private member(): string | undefined {
    const character = this.next();
    if (character !== '\\') return literal(character);
    if (this.match(/^b/)) return literal('\b');
    const set = this.set();
    if (set !== undefined) return set;
    const escaped = this.escapedCharacter();
    return escaped && literal(escaped);
  }
}

/** A character that stands for itself wherever it is put. */
function literal(character: string): string {
  if (/[a-zA-Z0-9]/.test(character)) return character;
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
