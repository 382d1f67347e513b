import { parentPort } from 'node:worker_threads';
import { type Attempt, type Outcome, tryFile } from './try-file.js';

/** What the thread answers to an attempt. */
export type Answer = { readonly outcome: Outcome } | { readonly failure: string };

parentPort!.on('message', async (attempt: Attempt) => {
  const answer: Answer = await tryFile(attempt).then(
    outcome => ({ outcome }),
    (error: Error) => ({ failure: error.stack ?? String(error) }),
  );
  parentPort!.postMessage(answer);
});
