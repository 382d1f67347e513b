/**
 * One assignment of a `.env` file:
 *
 *     [export] NAME = 'literal' | "with \n escapes" | bare text   # comment
 *
 * Quoted values may span lines. A `#` in bare text starts a comment only after a blank. Lines that do not fit are skipped.
 */
const BLANK = String.raw`[^\S\n]*`;
const NAME = String.raw`(?:'(?<quotedName>[^'\n]+)'|(?<name>[^=#\s']+))`;
const LITERAL = String.raw`'(?<literal>(?:\\[^]|[^'\\])*)'`;
const ESCAPED = String.raw`"(?<escaped>(?:\\[^]|[^"\\])*)"`;
const BARE = String.raw`(?!['"])(?<bare>[^\n]*)`;
const ASSIGNMENT = new RegExp(
  `^${BLANK}(?:export\\s+)?${NAME}${BLANK}=${BLANK}(?:(?:${LITERAL}|${ESCAPED})${BLANK}(?:#[^\\n]*)?|${BARE})$`,
  'gm',
);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['f', '\f'],
  ['v', '\v'],
  ['b', '\b'],
  ['a', '\x07'],
]);

/** `${NAME}` or `${NAME:-what to use without it}` */
const REFERENCE = /\$\{([^}:]*)(?::-([^}]*))?\}/g;

/**
 * Reads a `.env` file as Python's dotenv (and so MLServer) does. `${NAME}` stands for an earlier variable of the file, else
 * for one of `environment`, else for nothing.
 */
export function parseDotenv(
  text: string,
  environment: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const resolve = (_: string, name: string, otherwise = '') =>
    variables.get(name) ?? environment.get(name) ?? otherwise;
  for (const { groups = {} } of text.replaceAll('\r\n', '\n').matchAll(ASSIGNMENT)) {
    variables.set(groups.quotedName ?? groups.name, valueIn(groups).replace(REFERENCE, resolve));
  }
  return variables;
}

function valueIn({ literal, escaped, bare }: Partial<Record<string, string>>): string {
  if (literal !== undefined) return literal.replace(/\\(['\\])/g, '$1');
  if (escaped !== undefined) {
    return escaped.replace(/\\(["'\\abfnrtv])/g, (_, letter: string) => ESCAPES.get(letter) ?? letter);
  }
  return (bare ?? '').replace(/\s+#.*/, '').trimEnd();
}
