import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ServerError } from '../core/errors.js';
import { type MlflowFolder, readMlflowFolder } from '../lifecycle/mlflow.js';

/** The file that a command is about. */
export interface ModelFile {
  readonly path: string;
  /** Set when a folder of MLflow was given. */
  readonly mlflow?: MlflowFolder;
}

/** Finds what FILE means: a file, or a folder of MLflow. Rejects with NOT_FOUND or INVALID_ARGUMENT. */
export async function findModelFile(file: string, workingDirectory: string): Promise<ModelFile> {
  const path = resolve(workingDirectory, file);
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ServerError('NOT_FOUND', `FILE '${file}' cannot be read (${error.code})`);
  });
  if (stats.isFile()) return { path };
  const isMlflow = await access(join(path, 'MLmodel')).then(
    () => true,
    () => false,
  );
  if (!isMlflow) throw new ServerError('NOT_FOUND', `FILE '${file}': expected a file, or a folder with an MLmodel`);
  const mlflow = await readMlflowFolder(path);
  return { path: mlflow.file, mlflow };
}
