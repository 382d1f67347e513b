import autocannon from 'autocannon';
import { type BatchCounts, batchCounts, processUse, type ServerUnderTest } from './process.js';

export interface Load {
  readonly connections: number;
  readonly body: string;
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

const WARM_UP_SECONDS = 1;

/** Warms the server up, then loads it and tells what came out. */
export async function measure(server: ServerUnderTest, load: Load): Promise<Measured> {
  await fire(server.url, { ...load, seconds: WARM_UP_SECONDS });
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

function fire(url: string, { connections, body, seconds }: Load): Promise<autocannon.Result> {
  const headers = { 'content-type': 'application/json' };
  return autocannon({ url, connections, duration: seconds, method: 'POST', body, headers });
}

function rowsPerBatch(before: BatchCounts | undefined, after: BatchCounts | undefined): number | undefined {
  if (before === undefined || after === undefined || after.batches === before.batches) return undefined;
  return (after.rows - before.rows) / (after.batches - before.batches);
}
