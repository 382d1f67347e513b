import { readFile } from 'node:fs/promises';
import { ServerError } from '../core/errors.js';
import { readModelObject } from '../formats/python-file.js';
import { convertCatboostFile } from './boosters/catboost.js';
import { convertLightgbmFile } from './boosters/lightgbm.js';
import { convertXgboostFile } from './boosters/xgboost.js';
import type { ModelPlan } from './plan.js';
import { convertSklearn } from './sklearn/convert-sklearn.js';

/** Which kinds of file can be converted, and how. */
const CONVERTERS: ReadonlyMap<string, (bytes: Uint8Array) => ModelPlan> = new Map([
  ['sklearn', bytes => convertSklearn(readModelObject(bytes).value)],
  ['xgboost', convertXgboostFile],
  ['lightgbm', convertLightgbmFile],
  ['catboost', convertCatboostFile],
]);

/** Reads a model's file as what its implementation says and converts it. Throws INVALID_ARGUMENT with the reason. */
export async function convertFile(path: string, kind: string): Promise<ModelPlan> {
  const convert = CONVERTERS.get(kind);
  if (convert === undefined) throw new ServerError('UNIMPLEMENTED', `${path}: '${kind}' models cannot be converted`);
  try {
    return convert(await readFile(path));
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new ServerError(error.code, `${path}: ${error.message}`, { cause: error.cause });
  }
}
