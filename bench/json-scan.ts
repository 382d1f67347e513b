/**
 * How long the request decoder takes beside JSON.parse and a copy into a Float32Array, which is what a server without a scanner
 * of its own does. Prints microseconds a body and how many times faster the decoder is: `node dist/bench/json-scan.js`
 *
 * The figure of each is its best round of many short ones in turn: whatever else the machine does only ever adds time.
 */
import { decodeInferRequest } from '../src/rest/infer-json.js';

const ROUNDS = 300;
const ROUND_NS = 1_000_000;
/** Until V8 has compiled what is hot. */
const WARM_UP_NS = 200_000_000;

type Decode = (body: Buffer) => unknown;

interface ParsedBody {
  readonly inputs: readonly { readonly data: number[] | number[][] }[];
}

/** The same as bench/limit-server.ts: any depth of lists. */
function parseAndFlatten(body: Buffer): Float32Array {
  const { data } = (JSON.parse(body.toString()) as ParsedBody).inputs[0];
  return Float32Array.from((data as unknown[]).flat(Number.POSITIVE_INFINITY) as number[]);
}

/** The least there is to do for lists of numbers, or lists of such. */
function parseAndCopy(body: Buffer): Float32Array {
  const { data } = (JSON.parse(body.toString()) as ParsedBody).inputs[0];
  if (!Array.isArray(data[0])) return new Float32Array(data as number[]);
  const width = data[0].length;
  const values = new Float32Array(data.length * width);
  for (let row = 0; row < data.length; row++) values.set((data as number[][])[row], row * width);
  return values;
}

const CANDIDATES: readonly Decode[] = [decodeInferRequest, parseAndCopy, parseAndFlatten];

const VALUES: Record<string, (i: number) => string> = {
  'digits 0..16': i => String((i * 7 + (i >> 3)) % 17),
  'digits 0.0..16.0': i => `${(i * 7 + (i >> 3)) % 17}.0`,
  '17-digit doubles': () => String(Math.random()),
};

console.log('rows  values            lists    bytes   decoder us  parse+copy us  parse+flat us  times faster');
for (const rows of [1, 64]) {
  for (const [about, value] of Object.entries(VALUES)) {
    for (const nested of [false, true]) {
      const body = requestBody(rows, value, nested);
      const [own, copy, flat] = fastest(body);
      const columns = [
        String(rows).padStart(4),
        about.padEnd(17),
        (nested ? 'nested' : 'flat').padEnd(6),
        String(body.length).padStart(7),
        own.toFixed(1).padStart(11),
        copy.toFixed(1).padStart(14),
        flat.toFixed(1).padStart(14),
        `${(copy / own).toFixed(2)} to ${(flat / own).toFixed(2)}`.padStart(13),
      ];
      console.log(columns.join(' '));
    }
  }
}

/** Written as Python's json.dumps does, with a space behind each comma. */
function requestBody(rows: number, value: (i: number) => string, nested: boolean): Buffer {
  const lists = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 64 }, (_, column) => value(row * 64 + column)).join(', '),
  );
  const data = nested ? `[${lists.map(list => `[${list}]`).join(', ')}]` : `[${lists.join(', ')}]`;
  return Buffer.from(`{"inputs": [{"name": "predict", "shape": [${rows}, 64], "datatype": "FP32", "data": ${data}}]}`);
}

/** Microseconds of each candidate. */
function fastest(body: Buffer): number[] {
  const best = CANDIDATES.map(() => Number.POSITIVE_INFINITY);
  const repeats = CANDIDATES.map(decode => {
    for (let spent = 0; spent < WARM_UP_NS; ) spent += 10 * timeNs(decode, body, 10);
    return Math.max(1, Math.round(ROUND_NS / timeNs(decode, body, 10)));
  });
  for (let round = 0; round < ROUNDS; round++) {
    CANDIDATES.forEach((decode, i) => {
      best[i] = Math.min(best[i], timeNs(decode, body, repeats[i]) / 1000);
    });
  }
  return best;
}

function timeNs(decode: Decode, body: Buffer, repeats: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < repeats; i++) decode(body);
  return Number(process.hrtime.bigint() - start) / repeats;
}
