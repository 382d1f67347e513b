import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { convertFile } from '../convert/convert-file.js';
import { exportPlan, type OnnxExport } from '../convert/export/export-plan.js';
import { kindOfFile } from '../convert/file-kind.js';
import { ServerError } from '../core/errors.js';
import { badFile } from '../formats/errors.js';
import { checkExport } from '../runtimes/check-export.js';
import type { ModelFile } from './find-model-file.js';

export interface ExportedFile extends OnnxExport {
  /** The model in one line. */
  readonly estimator: string;
}

/**
 * Writes a model as one ONNX graph to `target`, once the graph has answered as the model does. Rejects with the reason when the
 * model is no single graph, or when the file cannot be written.
 */
export async function exportFile({ path, mlflow }: ModelFile, target: string): Promise<ExportedFile> {
  const kind = mlflow?.kind ?? kindOfFile(path, await readFile(path));
  if (kind === 'onnx') throw badFile(`${path} is an ONNX model already`);
  const plan = await convertFile(path, kind);
  const exported = exportPlan(plan);
  await checkExport(plan, exported);
  await replaceFile(target, exported.model);
  return { ...exported, estimator: plan.about.estimator };
}

/** Written whole or not at all. */
async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new ServerError('FAILED_PRECONDITION', `${path} cannot be written (${code})`, { cause: error });
  }
}
