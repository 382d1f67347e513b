import type { MessagePort } from 'node:worker_threads';
import type { BatchAnswer, StreamAnswer } from '../wire/messages.js';
import { buffersOf } from './replica-host.js';

/**
 * Sends the answers of a stream by a port, one for every message that asks for the next, so that nothing is made before somebody
 * wants it. Settles when there are no more, or the other side has closed the port; `answersUntil` is told of that by its signal.
 */
export async function streamOut(
  answersUntil: (signal: AbortSignal) => AsyncIterator<BatchAnswer, undefined>,
  port: MessagePort,
): Promise<undefined> {
  const closed = new AbortController();
  const answers = answersUntil(closed.signal);
  await new Promise<void>(resolve => {
    port.on('message', async () => {
      const { value } = await answers.next();
      port.postMessage(value satisfies StreamAnswer, value === undefined ? [] : buffersOf(value));
    });
    port.once('close', () => {
      closed.abort();
      resolve();
    });
  });
  await answers.return?.();
  return undefined;
}
