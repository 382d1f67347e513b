import { parentPort } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { buffersOf, ReplicaHost } from '../src/runtimes/replica-host.js';
import { streamOut } from '../src/runtimes/stream-out.js';
import type { WorkerAnswer, WorkerTask } from '../src/wire/messages.js';

const host = new ReplicaHost(line => parentPort?.postMessage(line));

/** What piscina calls in an inference thread, once per frame or command. */
export default async function inference(task: WorkerTask): Promise<WorkerAnswer> {
  switch (task.kind) {
    case 'infer': {
      const answer = await host.infer(task.frame);
      const buffers = buffersOf(answer);
      if (buffers.length === 0) return answer;
      return move({ [transferableSymbol]: buffers, [valueSymbol]: answer }) as unknown as WorkerAnswer;
    }
    case 'stream':
      return streamOut(signal => host.stream(task.frame, signal), task.port);
    case 'load':
      return host.load(task.spec);
    case 'unload':
      return host.unload(task.key);
    default:
      return task satisfies never;
  }
}
