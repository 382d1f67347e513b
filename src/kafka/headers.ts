import type { HeaderValue, KafkaHeaders } from './driver.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NONE: ReadonlySet<string> = new Set();

type Named<V> = Record<string, V>;

/** Takes any name, `__proto__` too, and is filled three times as fast as what Object.create(null) gives. */
function ByName() {}
ByName.prototype = Object.create(null);
const byName = <V>(): Named<V> => new (ByName as unknown as new () => Named<V>)();

/** Undefined for bytes that are not UTF-8. */
export function textOf(value: HeaderValue): string | undefined {
  if (typeof value === 'string') return value;
  try {
    return utf8.decode(value);
  } catch {
    return undefined;
  }
}

/** The headers as text, under lower-case names: of several with one name the last. Those that are not text are left out. */
export function headerTexts(headers: KafkaHeaders): Record<string, string> {
  const texts = byName<string>();
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    const text = last === undefined || last === null ? undefined : textOf(last);
    if (text !== undefined) texts[name.toLowerCase()] = text;
  }
  return texts;
}

/**
 * `own`, names and values in turn, and those of `headers` that have none of their names, in whatever case, nor one of the
 * lower-case names in `without`.
 */
export function withHeaders(
  headers: KafkaHeaders,
  own: readonly string[],
  without: ReadonlySet<string> = NONE,
): KafkaHeaders {
  const all = byName<KafkaHeaders[string]>();
  for (let i = 0; i < own.length; i += 2) all[own[i]] = own[i + 1];
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    if (!without.has(lower) && !hasName(own, lower)) all[name] = headers[name];
  }
  return all;
}

function hasName(pairs: readonly string[], lower: string): boolean {
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i].length === lower.length && pairs[i].toLowerCase() === lower) return true;
  }
  return false;
}
