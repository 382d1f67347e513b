/** Control characters, line separators of Unicode, and marks that turn the reading direction. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Text that cannot leave its line, move the cursor or pose as another line; valid within a JSON string, too. */
export function escapeLine(text: string): string {
  return text.replace(
    UNPRINTABLE,
    character => SHORT.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
