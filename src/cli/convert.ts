import { resolve } from 'node:path';
import { toServerError } from '../core/errors.js';
import { escapeLine } from '../logging/escape.js';
import { exportFile } from '../model-file/export-file.js';
import { findModelFile } from '../model-file/find-model-file.js';
import { explain } from './explain.js';
import type { CliHost } from './host.js';

export interface ConvertOptions {
  readonly file: string;
  readonly output: string;
}

/**
 * Writes a model as one ONNX graph. Resolves with the exit code: 0 when it is written, 1 when it cannot be, 2 when there is no
 * such file.
 */
export async function convertToOnnx({ file, output }: ConvertOptions, host: CliHost): Promise<number> {
  const say = (text: string) => host.stdout.write(`${escapeLine(text)}\n`);
  try {
    const source = await findModelFile(file, host.workingDirectory);
    const exported = await exportFile(source, resolve(host.workingDirectory, output));
    say(`${exported.estimator}: wrote ${output} (${exported.model.length} bytes)`);
    say(`outputs: ${exported.outputs.map(({ name }) => name).join(', ')}`);
    for (const { name, reason } of exported.leftOut) say(`left out ${name}: ${reason}`);
    return 0;
  } catch (error) {
    host.stderr.write(`error: ${explain(error)}\n`);
    return toServerError(error).code === 'NOT_FOUND' ? 2 : 1;
  }
}
