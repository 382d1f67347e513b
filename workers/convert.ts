import { rename, rm, writeFile } from 'node:fs/promises';
import { convertFile } from '../src/convert/convert-file.js';
import { encodePlan } from '../src/convert/plan-file.js';
import { errorToData } from '../src/core/errors.js';
import type { ConvertAnswer, ConvertTask } from '../src/wire/messages.js';

/** What piscina calls in a conversion thread, once per artifact. */
export default async function convert(task: ConvertTask): Promise<ConvertAnswer> {
  const unfinished = `${task.target}.${process.pid}`;
  try {
    const plan = await convertFile(task.artifact, task.kind, task);
    await writeFile(unfinished, encodePlan(plan));
    await rename(unfinished, task.target);
    return { ok: true };
  } catch (error) {
    await rm(unfinished, { force: true });
    return { ok: false, error: errorToData(error) };
  }
}
