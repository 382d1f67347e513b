import { readFile } from 'node:fs/promises';
import { ServerError } from '../core/errors.js';
import { DEFAULT_PICKLE_LIMITS } from '../formats/pickle/limits.js';
import { readPickle } from '../formats/pickle/read-pickle.js';
import type { ModelPlan } from './plan.js';
import { convertSklearn } from './sklearn/convert-sklearn.js';

/** Reads a model's file as what its implementation says and converts it. Throws INVALID_ARGUMENT with the reason. */
export async function convertFile(path: string, kind: string): Promise<ModelPlan> {
  const bytes = await readFile(path);
  switch (kind) {
    case 'sklearn':
      return convertSklearn(readPickle(bytes, DEFAULT_PICKLE_LIMITS).value);
    default:
      throw new ServerError('INVALID_ARGUMENT', `${path}: '${kind}' models cannot be converted`);
  }
}
