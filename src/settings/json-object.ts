import type { ParameterValue } from '../core/tensor.js';
import { describe, SettingsError } from './settings-error.js';

/** A parsed JSON object, safe to look up by any name, and what is odd about its text. */
export interface JsonObject {
  readonly values: ReadonlyMap<string, ParameterValue>;
  readonly warnings: readonly string[];
}

/** Reads the text of a settings file. Throws a SettingsError that names `source`, line and column. */
export function parseJsonObject(text: string, source: string): JsonObject {
  const value = parseJson(text, source);
  if (!isObject(value)) throw new SettingsError({ source }, 'a JSON object', describe(value));
  const warnings = duplicateKeys(text).map(key => `${source}: field '${key}' is written twice; the last one counts`);
  return { values: entriesOf(value), warnings };
}

/** Any JSON, its keys `__proto__` left out. Throws a SettingsError like parseJsonObject. */
export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text, dropPrototype);
  } catch (error) {
    const problem = (error as Error).message.replace(POSITION, lineAndColumn(text));
    throw new SettingsError({ source }, 'JSON', `a syntax error: ${problem}`);
  }
}

export function isObject(value: unknown): value is { readonly [key: string]: ParameterValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function entriesOf(object: { readonly [key: string]: ParameterValue }): Map<string, ParameterValue> {
  return new Map(Object.entries(object));
}

/** A reviver: a key `__proto__` is left out at every depth, so that no later copy can take it for a prototype. */
export function dropPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

/** What V8 says about the place of an error; newer ones add line and column themselves. */
const POSITION = / (?:in JSON )?at position (\d+)(?: \(line \d+ column \d+\))?$/;

function lineAndColumn(text: string): (match: string, position: string) => string {
  return (_match, position) => {
    const before = text.slice(0, Number(position)).split('\n');
    return ` at line ${before.length}, column ${before[before.length - 1].length + 1}`;
  };
}

/** Strings (with the colon that makes one a key) and the brackets; all else in valid JSON is of no interest here. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;

/** Keys that occur more than once in one object of a valid JSON text. */
function duplicateKeys(text: string): string[] {
  const duplicates: string[] = [];
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(token.slice(0, -colon.length)) as string;
      const keys = open[open.length - 1];
      if (keys.has(key)) duplicates.push(key);
      keys.add(key);
    }
  }
  return duplicates;
}
