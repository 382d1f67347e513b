import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { HttpClient } from './http-client.js';
import { inOrder } from './in-order.js';
import { objectMembers, objectText } from './json-text.js';
import { groupsOf, type Line, linesOf } from './lines.js';
import { type Members, mergeRequests, splitAnswer } from './merge-requests.js';
import { pause, Retries } from './retries.js';

export interface InferLinesOptions {
  /** Of the model's `infer` route. */
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Requests that are under way at a time, each on a connection of its own. */
  readonly workers: number;
  /** Lines that share a request, where they fit together. */
  readonly batchSize: number;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly insecure: boolean;
  /** What each worker waits before a request, and the most that is added at random. */
  readonly intervalMs: number;
  readonly jitterMs: number;
  readonly clock: Pick<Clock, 'now' | 'at'>;
  readonly observer: InferObserver;
}

/** Is told how it goes. */
export interface InferObserver {
  /** A request was answered with this status, or failed. */
  sent(lines: number, outcome: string, elapsedMs: number): void;
  retrying(reason: string, waitMs: number): void;
  /** The line's result is written. */
  finished(index: number, error: string | undefined): void;
}

/** A line's result: what is written for it, and why it failed if it did. */
interface Result {
  readonly index: number;
  readonly text: string;
  readonly error?: string;
}

/** A line that is a request. */
interface Request extends Line {
  readonly members: Members;
}

/** Requests that may be under way or wait for those before them, for each worker. */
const WINDOW_PER_WORKER = 4;

/**
 * Sends each line of `source`, a request of the V2 protocol as JSON, and hands one line for each to `write`, in the same order: the
 * answer, or `{"parameters": {"batch_index": 3}, "error": {"status": "...", "msg": "..."}}`. What it holds in memory is bounded by
 * the number of workers, not by the length of the source. Rejects only when `source` or `write` does.
 */
export async function inferLines(
  source: AsyncIterable<Uint8Array>,
  write: (text: string) => Promise<void>,
  options: InferLinesOptions,
): Promise<void> {
  const { workers, batchSize, observer } = options;
  const sender = new LineSender(options);
  try {
    await inOrder(groupsOf(linesOf(source), batchSize), {
      workers,
      window: workers * WINDOW_PER_WORKER,
      work: lines => sender.results(lines),
      write: async results => {
        await write(results.map(({ text }) => `${text}\n`).join(''));
        for (const { index, error } of results) observer.finished(index, error);
      },
    });
  } finally {
    sender.close();
  }
}

class LineSender {
  private readonly client: HttpClient;
  private readonly retries: Retries;

  constructor(private readonly options: InferLinesOptions) {
    const { url, workers: connections, timeoutMs, insecure, retries, clock, observer } = options;
    this.client = new HttpClient(url, { connections, timeoutMs, insecure });
    const onRetry = (reason: string, waitMs: number) => observer.retrying(reason, waitMs);
    this.retries = new Retries({ retries, clock, random: Math.random, onRetry });
  }

  close(): void {
    this.client.close();
  }

  /** One for each line, in their order. Lines that fit together are one request; if that fails they are sent again, each alone. */
  async results(lines: readonly Line[]): Promise<Result[]> {
    const parsed = lines.map(readLine);
    const requests = parsed.filter(line => 'members' in line);
    const together = requests.length > 1 ? await this.sendTogether(requests) : undefined;
    let next = 0;
    const results: Result[] = [];
    for (const line of parsed) {
      if (!('members' in line)) results.push(line);
      else results.push(together?.[next++] ?? (await this.sendAlone(line)));
    }
    return results;
  }

  private async sendAlone({ index, text }: Request): Promise<Result> {
    const id = randomUUID();
    const answer = await this.send(text, id, 1);
    if ('error' in answer) return failed(index, answer.status, answer.error);
    return { index, text: withPlace(answer.members, index, id) };
  }

  private async sendTogether(requests: readonly Request[]): Promise<Result[] | undefined> {
    const all = requests.map(({ members }) => members);
    const merged = mergeRequests(all);
    if (merged === undefined) return undefined;
    const id = randomUUID();
    const answer = await this.send(merged.text, id, requests.length);
    if ('error' in answer) return undefined;
    const answers = splitAnswer(answer.members, merged.rows, all);
    return answers?.map((members, i) => {
      const { index } = requests[i];
      return { index, text: withPlace(members, index, id) };
    });
  }

  private async send(
    body: string,
    id: string,
    lines: number,
  ): Promise<{ readonly members: Members } | { readonly status: string; readonly error: string }> {
    const { clock, intervalMs, jitterMs, observer } = this.options;
    if (intervalMs + jitterMs > 0) await pause(clock, intervalMs + jitterMs * Math.random());
    const started = clock.now();
    const headers = this.headers(id);
    const outcome = await this.retries.run(() => this.client.post(body, headers));
    const answered = 'status' in outcome;
    observer.sent(lines, answered ? `status ${outcome.status}` : outcome.failure, clock.now() - started);
    if (!answered) return { status: 'connection error', error: outcome.failure };
    const { status, text } = outcome;
    if (status !== 200) return { status: `HTTP ${status}`, error: errorText(text) };
    try {
      return { members: objectMembers(text) };
    } catch (error) {
      return { status: 'answer error', error: `the answer is ${(error as Error).message}` };
    }
  }

  /** The user's own win. */
  private headers(id: string): Record<string, string[]> {
    const headers = new Map([
      ['content-type', ['application/json']],
      ['seldon-puid', [id]],
      ['x-request-id', [id]],
    ]);
    const own = new Map<string, string[]>();
    for (const [name, value] of this.options.headers) {
      const key = name.toLowerCase();
      own.set(key, [...(own.get(key) ?? []), value]);
    }
    return Object.fromEntries([...headers, ...own]);
  }
}

function readLine(line: Line): Request | Result {
  try {
    return { ...line, members: objectMembers(line.text) };
  } catch (error) {
    return failed(line.index, 'preprocessing error', (error as Error).message);
  }
}

function failed(index: number, status: string, message: string): Result {
  const text = JSON.stringify({ parameters: { batch_index: index }, error: { status, msg: message } });
  return { index, text, error: `${status}: ${message}` };
}

/** The answer's line, which says what it answers. */
function withPlace(answer: Members, index: number, id: string): string {
  const parameters = answer.get('parameters');
  const own = parameters?.startsWith('{') ? objectMembers(parameters) : [];
  const all = new Map([...own, ['batch_index', String(index)], ['inference_id', JSON.stringify(id)]]);
  return objectText(new Map(answer).set('parameters', objectText(all)));
}

/** What a server says about a failure, without the JSON around it. */
function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body);
    return typeof error === 'string' ? error : body;
  } catch {
    return body;
  }
}
