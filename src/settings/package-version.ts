import { readFileSync } from 'node:fs';

/** The version in package.json, three folders above this file once it is built. */
export const packageVersion: string = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
).version;
