import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { convertFile } from '../convert/convert-file.js';
import { exportPlan } from '../convert/export/export-plan.js';
import { kindOfFile } from '../convert/file-kind.js';
import { ServerError, toServerError } from '../core/errors.js';
import { escapeLine } from '../logging/escape.js';
import { checkExport } from '../runtimes/check-export.js';
import { explain } from './explain.js';
import type { CliHost } from './host.js';
import { findModelFile } from './model-file.js';

export interface ConvertOptions {
  readonly file: string;
  readonly output: string;
}

/**
 * Writes a model as one ONNX graph, once it has answered as the model does. Resolves with the exit code: 0 when it is written,
 * 1 when it cannot be, 2 when there is no such file.
 */
export async function convertToOnnx({ file, output }: ConvertOptions, host: CliHost): Promise<number> {
  const say = (text: string) => host.stdout.write(`${escapeLine(text)}\n`);
  try {
    const { path, mlflow } = await findModelFile(file, host.workingDirectory);
    const kind = mlflow?.kind ?? kindOfFile(path, await readFile(path));
    if (kind === 'onnx') throw new ServerError('INVALID_ARGUMENT', `FILE '${file}' is an ONNX model already`);
    const plan = await convertFile(path, kind);
    const exported = exportPlan(plan);
    await checkExport(plan, exported);
    await replaceFile(resolve(host.workingDirectory, output), exported.model);
    say(`${plan.about.estimator}: wrote ${output} (${exported.model.length} bytes)`);
    say(`outputs: ${exported.outputs.map(({ name }) => name).join(', ')}`);
    for (const { name, reason } of exported.leftOut) say(`left out ${name}: ${reason}`);
    return 0;
  } catch (error) {
    host.stderr.write(`error: ${explain(error)}\n`);
    return toServerError(error).code === 'NOT_FOUND' ? 2 : 1;
  }
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
