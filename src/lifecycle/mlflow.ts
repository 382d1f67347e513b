import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { ServerError } from '../core/errors.js';
import { badFile } from '../formats/errors.js';
import { type MlflowModel, readMlflowModel } from '../formats/mlflow-model.js';

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
    return { model, file: await fileInside(folder, model.file), kind: kindOf(model) };
  } catch (error) {
    if (error instanceof ServerError) throw new ServerError(error.code, `${path}: ${error.message}`);
    throw badFile(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

/** The absolute path of a file that must lie in the folder, links followed. */
async function fileInside(folder: string, file: string): Promise<string> {
  const odd = file === '' || isAbsolute(file) || /[\\\0]/.test(file) || file.split('/').includes('..');
  if (odd) throw badFile(`the model's file '${file}' is no path inside of the folder`);
  const path = await realpath(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    throw badFile(`the model's file '${file}' cannot be read (${error.code})`, error);
  });
  const inside = relative(await realpath(folder), path);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw badFile(`the model's file '${file}' leads out of the folder`);
  }
  return path;
}

/** LightGBM's classes with scikit-learn's interface are saved as scikit-learn's models are. */
function kindOf({ flavor, file }: MlflowModel): MlflowFolder['kind'] {
  return flavor === 'lightgbm' && /\.(pkl|pickle|joblib|skops)$/.test(file) ? 'sklearn' : flavor;
}
