import type { ServerError } from '../core/errors.js';
import { badFile } from './errors.js';

/** Scalars are text, whatever they look like, but for null. Objects have no prototype. */
export type YamlValue = null | string | YamlValue[] | { [key: string]: YamlValue };

const MAX_LENGTH = 1 << 24;
const MAX_DEPTH = 50;

/** `key:`, `key: value`, also with the key in quotes. */
const ENTRY =
  /^(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^']*(?:''[^']*)*)'|([^\s"'[\]{},#&*!|>%@`?-][^:]*?|-[^\s:][^:]*?)):(?:\s+(.*))?$/s;
const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    n: '\n',
    t: '\t',
    r: '\r',
    '0': '\0',
    a: '\x07',
    b: '\b',
    f: '\f',
    v: '\v',
    e: '\x1b',
    N: '\x85',
    _: '\xa0',
  }),
);

/**
 * Reads the part of YAML that programs write by themselves: block mappings and lists, plain and quoted text (also over several
 * lines), empty `{}` and `[]`, comments. Throws INVALID_ARGUMENT, with the line, for all else: anchors, tags, flow collections,
 * block text, a key that stands twice.
 */
export function parseYamlSubset(text: string): YamlValue {
  if (text.length > MAX_LENGTH) throw badFile(`not a YAML document: more than ${MAX_LENGTH} characters`);
  return new YamlReader(text.split(/\r\n?|\n/)).document();
}

class YamlReader {
  private at = 0;
  private depth = 0;

  constructor(private readonly lines: string[]) {}

  document(): YamlValue {
    if (this.more() && this.lines[this.at].trimEnd() === '---') this.at++;
    const value = this.node(0);
    if (this.more()) throw this.bad('does not belong to what stands before it');
    return value;
  }

  /** What begins at the next line, if that is indented by at least `indent`; null for nothing. */
  private node(indent: number): YamlValue {
    if (!this.more() || this.indent() < indent) return null;
    if (++this.depth > MAX_DEPTH) throw this.bad(`is nested more than ${MAX_DEPTH} deep`);
    const column = this.indent();
    const content = this.lines[this.at].slice(column);
    let value: YamlValue;
    if (isItem(content)) value = this.list(column);
    else if (ENTRY.test(content)) value = this.mapping(column);
    else value = this.scalar(content, indent);
    this.depth--;
    return value;
  }

  private list(column: number): YamlValue[] {
    const items: YamlValue[] = [];
    while (this.more() && this.indent() === column && isItem(this.lines[this.at].slice(column))) {
      // An item is what would stand there without its dash.
      this.lines[this.at] = `${' '.repeat(column + 1)}${this.lines[this.at].slice(column + 1)}`;
      items.push(this.node(column + 1));
    }
    return items;
  }

  private mapping(column: number): { [key: string]: YamlValue } {
    const mapping: { [key: string]: YamlValue } = Object.create(null);
    while (this.more() && this.indent() === column) {
      const entry = ENTRY.exec(this.lines[this.at].slice(column));
      if (entry === null) throw this.bad("is no 'key: value'");
      const [, double, single, plain, rest = ''] = entry;
      const key = double !== undefined ? this.unescape(double) : (single?.replaceAll("''", "'") ?? plain);
      if (Object.hasOwn(mapping, key)) throw this.bad(`has the key '${key}' for the second time`);
      mapping[key] = this.valueOf(rest, column);
    }
    return mapping;
  }

  /** The value behind a key: on its line, or on the lines below. The items of a list may stand right under their key. */
  private valueOf(rest: string, column: number): YamlValue {
    if (rest !== '' && !rest.startsWith('#')) return this.scalar(rest, column + 1);
    this.at++;
    const listBelow = this.more() && this.indent() === column && isItem(this.lines[this.at].slice(column));
    return this.node(listBelow ? column : column + 1);
  }

  /** Text that starts on this line with `first`; further lines belong to it if they are indented by at least `indent`. */
  private scalar(first: string, indent: number): YamlValue {
    if (first.startsWith('"') || first.startsWith("'")) return this.quoted(first);
    if (/^[[{&*!|>%@`]|^\?\s/.test(first)) {
      const empty = /^(\{\s*\}|\[\s*\])\s*(#.*)?$/s.exec(first);
      if (empty === null) throw this.bad(`has '${first[0]}', which is not understood here`);
      this.at++;
      return first.startsWith('[') ? [] : Object.create(null);
    }
    let text = withoutComment(first);
    this.at++;
    while (this.more() && this.indent() >= indent) {
      const line = this.lines[this.at].trim();
      if (ENTRY.test(line)) throw this.bad('does not belong to what stands before it');
      text += ` ${withoutComment(line)}`;
      this.at++;
    }
    return text === '' || text === '~' || /^(null|Null|NULL)$/.test(text) ? null : text;
  }

  /** Line breaks inside of quotes are spaces; n empty lines are n line breaks. */
  private quoted(first: string): string {
    const [quote] = first;
    let text = '';
    let line = first.slice(1);
    let breaks = 0;
    for (;;) {
      const end = quote === '"' ? endOfDouble(line) : endOfSingle(line);
      const part = end < 0 ? line.trimEnd() : line.slice(0, end);
      const joined = quote === '"' && end < 0 && /(^|[^\\])(\\\\)*\\$/.test(part);
      text += joined ? part.slice(0, -1) : part;
      if (end >= 0) {
        const behind = line.slice(end + 1).trim();
        if (behind !== '' && !behind.startsWith('#')) throw this.bad(`has text behind a closing ${quote}`);
        const value = quote === '"' ? this.unescape(text) : text.replaceAll("''", "'");
        this.at++;
        return value;
      }
      for (breaks = 0, this.at++; this.lines[this.at]?.trim() === ''; this.at++) breaks++;
      if (this.at >= this.lines.length) throw badFile(`not a YAML document: no closing ${quote} till its end`);
      line = this.lines[this.at].trimStart();
      text += breaks > 0 ? '\n'.repeat(breaks) : joined ? '' : ' ';
    }
  }

  private unescape(text: string): string {
    return text.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs, (_, x, u, U, letter) => {
      if (letter === undefined) return String.fromCodePoint(Math.min(Number.parseInt(x ?? u ?? U, 16), 0x10ffff));
      const known = ESCAPES.get(letter) ?? (/[ "/\\\t\n]/.test(letter) ? letter : undefined);
      if (known === undefined) throw this.bad(`has '\\${letter}', which is not understood here`);
      return known;
    });
  }

  /** Passes blank lines and comments; false at the end. */
  private more(): boolean {
    while (this.at < this.lines.length && /^\s*(#.*)?$/s.test(this.lines[this.at])) this.at++;
    return this.at < this.lines.length;
  }

  private indent(): number {
    const line = this.lines[this.at];
    const indent = line.search(/[^ ]/);
    if (line[indent] === '\t') throw this.bad('is indented with a tab');
    return indent;
  }

  private bad(problem: string): ServerError {
    return badFile(`not a YAML document: line ${this.at + 1} ${problem}`);
  }
}

function isItem(content: string): boolean {
  return content === '-' || content.startsWith('- ');
}

function withoutComment(text: string): string {
  return text.replace(/(^|\s)#.*$/s, '').trim();
}

function endOfDouble(line: string): number {
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\') i++;
    else if (line[i] === '"') return i;
  }
  return -1;
}

function endOfSingle(line: string): number {
  for (let i = 0; i < line.length; i++) {
    if (line[i] !== "'") continue;
    if (line[i + 1] !== "'") return i;
    i++;
  }
  return -1;
}
