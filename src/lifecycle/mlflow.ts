import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ServerError } from '../core/errors.js';
import { badFile } from '../formats/errors.js';
import { type MlflowModel, readMlflowModel } from '../formats/mlflow-model.js';
import { fileInside } from './file-inside.js';

const MODEL_FILE = 'MLmodel';
const MAX_BYTES = 1 << 24;

/** A model of MLflow, with its file as an absolute path. */
export interface MlflowFolder {
  readonly model: MlflowModel;
  readonly file: string;
  /** The conversion that reads the file; 'onnx' for none. */
  readonly kind: 'sklearn' | 'xgboost' | 'lightgbm' | 'catboost' | 'onnx';
}

/** Reads the MLmodel in a folder (or the one given). Rejects with INVALID_ARGUMENT and the reason. */
export async function readMlflowFolder(artifact: string): Promise<MlflowFolder> {
  const folder = basename(artifact) === MODEL_FILE ? dirname(artifact) : artifact;
  const path = join(folder, MODEL_FILE);
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw badFile(`the file has ${size} bytes, at most ${MAX_BYTES} are read`);
    const model = readMlflowModel(await readFile(path, 'utf8'));
    return { model, file: await fileInside(folder, model.file, "the model's file"), kind: kindOf(model) };
  } catch (error) {
    if (error instanceof ServerError) throw new ServerError(error.code, `${path}: ${error.message}`);
    throw badFile(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

/** LightGBM's classes with scikit-learn's interface are saved as scikit-learn's models are. */
function kindOf({ flavor, file }: MlflowModel): MlflowFolder['kind'] {
  return flavor === 'lightgbm' && /\.(pkl|pickle|joblib|skops)$/.test(file) ? 'sklearn' : flavor;
}
