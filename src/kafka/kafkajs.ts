import { createRequire } from 'node:module';
import { encodeRecord } from './record-encoding.js';

/*
 * kafkajs, with `encodeRecord` in the place of its own. That takes a buffer of 512 bytes for each record and for each header, and one
 * more for each length: with the dozen headers of an answer it was a third of the front's work. The library offers no way to change
 * it, so the module is replaced before the library is read. A release that has it elsewhere is used as it is; a test would tell.
 */

const require = createRequire(import.meta.url);
const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';

function replaceModule(name: string, exports: unknown): void {
  let path: string;
  try {
    path = require.resolve(name);
  } catch {
    return;
  }
  require(path);
  require.cache[path]!.exports = exports;
}

replaceModule(RECORD, encodeRecord);

/** The library. Import it from here, or it may have been read before the replacement. */
export const kafkajs = require('kafkajs') as typeof import('kafkajs');
