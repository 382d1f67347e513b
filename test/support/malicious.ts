import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fullGoldenSet, implementationName } from './golden.js';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/malicious/', import.meta.url));

/** A hostile file, and what must come of an attempt to serve it. */
export interface MaliciousCase {
  readonly file: string;
  readonly implementation: string;
  readonly what: string;
  /** "refused", or an exception from it. */
  readonly must: string;
  /** What a clear refusal has to name. */
  readonly mentions?: string;
  /** Bounds on what the attempt may take. */
  readonly seconds?: number;
  readonly megabytes?: number;
  readonly path: string;
}

/** All cases whose file is at hand: the small ones, and the large ones too when the full set lies beside the repository. */
export function maliciousCases(): readonly MaliciousCase[] {
  const full = fullGoldenSet();
  const folder = full === undefined ? FIXTURES : `${full}malicious/`;
  const cases: Omit<MaliciousCase, 'path'>[] = JSON.parse(readFileSync(`${FIXTURES}cases.json`, 'utf8'));
  return cases
    .map(one => ({ ...one, implementation: implementationName(one.implementation), path: folder + one.file }))
    .filter(({ path }) => existsSync(path));
}
