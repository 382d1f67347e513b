import { type FieldType, integer, parseAs } from './field-types.js';
import { isObject } from './json-object.js';
import { describe, type Place, SettingsError } from './settings-error.js';

/** Which of a model's versions are served. */
export type VersionPolicy =
  | { readonly kind: 'all' }
  /** The newest so many. */
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'specific'; readonly versions: readonly string[] };

const count = integer({ min: 1 });
const EXPECTED = 'all, {"latest": N} or {"specific": [versions]}';

/** As Triton and TensorFlow Serving write it (`{"latest": {"num_versions": 2}}`), and shorter: `{"latest": 2}`, `"latest: 2"`, `"latest"`. */
export const versionPolicy: FieldType<VersionPolicy> = {
  expected: EXPECTED,
  inEnvironment: 'text',
  convert(value, at) {
    if (typeof value === 'string') return policyFromText(value, at);
    if (!isObject(value)) return undefined;
    const entries = Object.entries(value);
    if (entries.length !== 1) throw new SettingsError(at, `one of ${EXPECTED}`, `${entries.length} of them`);
    const [[kind, detail]] = entries;
    return policyOf(kind, detail, { ...at, field: `${at.field}.${kind}` });
  },
};

/** `all`, `latest`, `latest: 2`, `specific: v1, v2`, or JSON of the object form, as a variable holds it. */
function policyFromText(text: string, at: Place): VersionPolicy | undefined {
  if (text.trimStart().startsWith('{')) {
    try {
      return versionPolicy.convert(JSON.parse(text), at);
    } catch (error) {
      if (error instanceof SettingsError) throw error;
      return undefined;
    }
  }
  const [kind, ...rest] = text.split(':');
  const detail = rest.join(':').trim();
  if (detail === '') return policyOf(kind.trim(), undefined, at);
  return policyOf(kind.trim(), kind.trim() === 'specific' ? detail.split(/\s*,\s*/) : detail, at);
}

function policyOf(kind: string, detail: unknown, at: Place): VersionPolicy | undefined {
  switch (kind) {
    case 'all':
      return { kind };
    case 'latest':
      return { kind, count: parseAs(count, member(detail, 'num_versions') ?? 1, at) };
    case 'specific':
      return { kind, versions: versionsOf(member(detail, 'versions'), at) };
    default:
      return undefined;
  }
}

/** The value of the long form; the short one is the value itself. */
function member(detail: unknown, name: string): unknown {
  return isObject(detail) ? detail[name] : detail;
}

/** Numbers too, as Triton writes them. */
function versionsOf(value: unknown, at: Place): readonly string[] {
  const isVersion = (item: unknown) => (typeof item === 'string' && item !== '') || Number.isSafeInteger(item);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isVersion)) {
    throw new SettingsError(at, 'a list of versions', describe(value));
  }
  return value.map(String);
}
