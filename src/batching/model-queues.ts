import { type Backlog, RequestQueue } from './queue.js';
import type { ScheduledModel } from './scheduled-model.js';

/** Queues of signatures nobody asks for any more are forgotten beyond this many. */
const MAX_IDLE_QUEUES = 64;

/** The queues of one model: one for each signature, since a batch holds requests of one signature only. */
export class ModelQueues implements Backlog {
  waiting = 0;
  private readonly bySignature = new Map<string, RequestQueue>();

  constructor(readonly model: ScheduledModel) {}

  queueFor(signature: string): RequestQueue {
    let queue = this.bySignature.get(signature);
    if (queue === undefined) {
      if (this.bySignature.size >= MAX_IDLE_QUEUES) {
        for (const [key, other] of this.bySignature) if (other.idle) this.bySignature.delete(key);
      }
      queue = new RequestQueue(this);
      this.bySignature.set(signature, queue);
    }
    return queue;
  }
}
