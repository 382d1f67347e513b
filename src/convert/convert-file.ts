import { readFile, stat } from 'node:fs/promises';
import { checkContent } from '../core/content-hash.js';
import { ServerError } from '../core/errors.js';
import { badFile } from '../formats/errors.js';
import { readModelObject } from '../formats/python-file.js';
import { convertCatboostFile } from './boosters/catboost.js';
import { convertLightgbmFile } from './boosters/lightgbm.js';
import { convertXgboostFile } from './boosters/xgboost.js';
import type { ModelPlan } from './plan.js';
import { convertSklearn } from './sklearn/convert-sklearn.js';

type Convert = (bytes: Uint8Array, maxBytes: number) => ModelPlan;

/** Which kinds of file can be converted, and how. */
const CONVERTERS: ReadonlyMap<string, Convert> = new Map<string, Convert>([
  ['sklearn', (bytes, maxBytes) => convertSklearn(readModelObject(bytes, { maxBytes }).value)],
  ['xgboost', convertXgboostFile],
  ['lightgbm', convertLightgbmFile],
  ['catboost', convertCatboostFile],
]);

export interface ConvertOptions {
  readonly maxBytes?: number;
  readonly sha256?: string;
}

/** More does not fit one buffer. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Reads a model's file as what its implementation says and converts it. Throws INVALID_ARGUMENT with the reason, which may be
 * that the file is larger than `maxBytes` or unpacks to more; ABORTED when its hash is not `sha256`.
 */
export async function convertFile(path: string, kind: string, options: ConvertOptions = {}): Promise<ModelPlan> {
  const { maxBytes = Infinity, sha256 } = options;
  const convert = CONVERTERS.get(kind);
  if (convert === undefined) throw new ServerError('UNIMPLEMENTED', `${path}: '${kind}' models cannot be converted`);
  try {
    const limit = Math.min(maxBytes, MAX_BYTES);
    const { size } = await stat(path);
    if (size > limit) throw badFile(`the file of ${size} bytes is larger than the limit of ${limit} bytes`);
    const bytes = await readFile(path);
    if (sha256 !== undefined) checkContent(bytes, sha256);
    return convert(bytes, limit);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new ServerError(error.code, `${path}: ${error.message}`, { cause: error.cause });
  }
}
