import type { HeaderValue, KafkaHeaders } from './driver.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  const texts: Record<string, string> = Object.create(null);
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    const text = last === undefined || last === null ? undefined : textOf(last);
    if (text !== undefined) texts[name.toLowerCase()] = text;
  }
  return texts;
}

/** `headers` with those of `more` in place of their own of the same name, in whatever case, and without those named in `without`. */
export function withHeaders(
  headers: KafkaHeaders,
  more: Readonly<Record<string, string>>,
  without: ReadonlySet<string> = new Set(),
): KafkaHeaders {
  const replaced = new Set(Object.keys(more).map(name => name.toLowerCase()));
  const all: Record<string, HeaderValue | HeaderValue[] | undefined> = Object.create(null);
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    if (!replaced.has(lower) && !without.has(lower)) all[name] = headers[name];
  }
  return Object.assign(all, more);
}
