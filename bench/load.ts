import autocannon from 'autocannon';
import { type BatchCounts, batchCounts, processUse, type ServerUnderTest } from './process.js';

export interface Load {
  readonly connections: number;
  readonly body: string | Buffer;
  /** JSON if nothing is said. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  readonly rowsPerBatch: number | undefined;
  readonly lagMs: number | undefined;
  /** Of one core. */
  readonly cpuPercent: number;
  readonly rssMb: number;
}

/** Loads the server once and tells what came out. */
export async function measure(server: ServerUnderTest, load: Load): Promise<Measured> {
  const [before, useBefore] = [await batchCounts(server), await processUse(server.pid)];
  const result = await fire(server.url, load);
  const [after, useAfter] = [await batchCounts(server), await processUse(server.pid)];
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    errors: result.errors + result.timeouts + result.non2xx,
    rowsPerBatch: rowsPerBatch(before, after),
    lagMs: after?.lagMs,
    cpuPercent: ((useAfter.cpuSeconds - useBefore.cpuSeconds) / result.duration) * 100,
    rssMb: useAfter.rssMb,
  };
}

const WARM_UP_ROUNDS = 2;

export interface Compared {
  /** The round in the middle by ratio. */
  readonly got: Measured;
  /** Requests per second of the server over those of the other, median of the rounds. */
  readonly ratio: number;
}

/** Loads two servers in turn, round by round, so that both see the same weather; the first two only warm up: V8 compiles for some seconds. */
export async function compare(
  server: ServerUnderTest,
  other: ServerUnderTest,
  load: Load,
  rounds: number,
  otherLoad = load,
): Promise<Compared> {
  const pairs: Compared[] = [];
  for (let round = 0; round < rounds + WARM_UP_ROUNDS; round++) {
    const limit = await measure(other, otherLoad);
    const got = await measure(server, load);
    if (round >= WARM_UP_ROUNDS) pairs.push({ got, ratio: got.requestsPerSecond / limit.requestsPerSecond });
  }
  return pairs.sort((a, b) => a.ratio - b.ratio)[Math.floor(pairs.length / 2)];
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function fire(url: string, { connections, body, seconds, headers = JSON_HEADERS }: Load): Promise<autocannon.Result> {
  return autocannon({ url, connections, duration: seconds, method: 'POST', body, headers });
}

function rowsPerBatch(before: BatchCounts | undefined, after: BatchCounts | undefined): number | undefined {
  if (before === undefined || after === undefined || after.batches === before.batches) return undefined;
  return (after.rows - before.rows) / (after.batches - before.batches);
}
