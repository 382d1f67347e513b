/** A version in its parts: `v1.10.0-rc.1` has the numbers 1.10.0 and the pre-release `rc.1`. */
const NUMBERED = /^v?(\d+(?:\.\d+)*)(?:-([^+]+)|([a-z][^+]*))?(?:\+.*)?$/i;

/** Digits within text compare as numbers: `rc.2` before `rc.10`. */
const natural = new Intl.Collator('en', { numeric: true });

/**
 * Orders versions, older ones first. Numbers compare as numbers wherever they stand (`v2` before `v10`, `1.9.0` before
 * `1.10.0`), a pre-release comes before its release, and text without a number comes before all numbers. (MLServer
 * compares everything but whole numbers as plain text, so that `v2` beats `v10` there.)
 */
export function compareVersions(a: string, b: string): number {
  const partsA = NUMBERED.exec(a);
  const partsB = NUMBERED.exec(b);
  if (partsA === null || partsB === null) {
    return Number(partsA !== null) - Number(partsB !== null) || natural.compare(a, b) || comparePlain(a, b);
  }
  return (
    compareNumbers(partsA[1], partsB[1]) ||
    comparePreReleases(partsA[2] ?? partsA[3], partsB[2] ?? partsB[3]) ||
    comparePlain(a, b)
  );
}

/** Which version answers when a caller names none: the one without a version ('' too) if there is one, else the newest. */
export function defaultVersion(versions: readonly (string | undefined)[]): string | undefined {
  const named = versions.filter((version): version is string => version !== undefined && version !== '');
  if (named.length < versions.length || named.length === 0) return undefined;
  return named.reduce((newest, version) => (compareVersions(version, newest) > 0 ? version : newest));
}

/** `1.9` and `1.10`, part by part; a missing part counts as 0. */
function compareNumbers(a: string, b: string): number {
  const partsA = a.split('.');
  const partsB = b.split('.');
  for (let i = 0; i < Math.max(partsA.length, partsB.length); i++) {
    const difference = BigInt(partsA[i] ?? 0) - BigInt(partsB[i] ?? 0);
    if (difference !== 0n) return difference > 0n ? 1 : -1;
  }
  return 0;
}

function comparePreReleases(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return natural.compare(a, b);
}

/** Makes the order total: `1`, `v1` and `1.0` are different versions. */
function comparePlain(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
