import { decodeFrame } from '../../src/wire/frame.js';
import type { WorkerAnswer, WorkerTask } from '../../src/wire/messages.js';
import inference from '../../workers/inference.js';
import { FAULTS } from './faults.js';

/** An inference thread that goes wrong when a value of a request says so. */
export default async function faulty(task: WorkerTask): Promise<WorkerAnswer> {
  if (task.kind === 'infer') {
    for (const { data } of decodeFrame(task.frame).inputs) await misbehave(data as Float64Array);
  }
  return inference(task);
}

async function misbehave(values: Float64Array): Promise<void> {
  if (values.includes(FAULTS.exit)) process.exit(3);
  if (values.includes(FAULTS.cleanExit)) process.exit(0);
  if (values.includes(FAULTS.error)) {
    setImmediate(() => {
      throw new Error('outside of any task');
    });
    await new Promise(() => {});
  }
  if (values.includes(FAULTS.rejection)) {
    void Promise.reject(new Error('nobody waits for this'));
    await new Promise(() => {});
  }
  if (values.includes(FAULTS.exitLater)) setTimeout(() => process.exit(4), 20);
  for (; values.includes(FAULTS.endlessLoop); );
}
