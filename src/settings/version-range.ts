import semver from 'semver';
import { type FieldType, scalar } from './field-types.js';

/** A version, whatever it leaves out: `1`, `v1.2`, `1.2.0-rc.1`; with `_` for the dots in the names of folders. */
const VERSION = /^v?(\d+)(?:[._](\d+))?(?:[._](\d+))?(-[0-9a-z.-]+)?(?:\+.*)?$/i;

/** Ranges of semantic versions: `1.x`, `^1.2`, `>=1.0 <1.4`, `1.4.2`; `latest` is the same as `*`. */
export const versionRange: FieldType<string> = scalar("a range of versions such as '1.x'", value => {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const written = value.trim() === 'latest' ? '*' : value.trim().replace(/(?<=[\dx])_(?=[\dx])/gi, '.');
  return semver.validRange(written) === null ? undefined : written;
});

/** Whether a name is a version that ranges can be asked about. */
export function isVersion(name: string): boolean {
  return parse(name) !== null;
}

/** The versions that a range takes in, the newest first. Pre-releases are in it only if the range names one of that release. */
export function newestFirst(range: string, versions: readonly string[]): string[] {
  const parsed = versions.flatMap(written => {
    const version = parse(written);
    return version !== null && semver.satisfies(version, range) ? [{ written, version }] : [];
  });
  return parsed.sort((a, b) => semver.rcompare(a.version, b.version)).map(({ written }) => written);
}

function parse(written: string): semver.SemVer | null {
  const [, major, minor = '0', patch = '0', preRelease = ''] = VERSION.exec(written) ?? [];
  if (major === undefined) return null;
  const numbers = [major, minor, patch].map(digits => digits.replace(/^0+(?=\d)/, ''));
  return semver.parse(numbers.join('.') + preRelease);
}
