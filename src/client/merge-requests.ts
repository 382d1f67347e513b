import { arrayElements, flattened, objectMembers, objectText } from './json-text.js';

/** A request of the V2 protocol, by its members' JSON. */
export type Members = ReadonlyMap<string, string>;

export interface MergedRequests {
  /** JSON of one request with the rows of all. */
  readonly text: string;
  /** Rows of each. */
  readonly rows: readonly number[];
}

interface Rows {
  readonly inputs: readonly Members[];
  readonly rows: number;
  /** Equal for requests that may become one: all but their ids, their rows and how many. */
  readonly signature: string;
}

/** One request with the rows of all; undefined when they differ in more than that, or one is no request. */
export function mergeRequests(requests: readonly Members[]): MergedRequests | undefined {
  try {
    const all = requests.map(rowsOf);
    const [first] = all;
    if (all.some(({ signature }) => signature !== first.signature)) return undefined;
    const rows = all.map(request => request.rows);
    const inputs = first.inputs.map((input, i) => {
      const values = all.flatMap(request => valuesOf(request.inputs[i]));
      return objectText(new Map(input).set('shape', shapeText(input, sum(rows))).set('data', `[${values.join(',')}]`));
    });
    const members = new Map(requests[0]).set('inputs', `[${inputs.join(',')}]`);
    members.delete('id');
    return { text: objectText(members), rows };
  } catch {
    return undefined;
  }
}

/** The answer for each of the requests that were merged; undefined when the outputs have other rows than went in. */
export function splitAnswer(
  answer: Members,
  rows: readonly number[],
  requests: readonly Members[],
): Members[] | undefined {
  try {
    const outputs = arrayElements(answer.get('outputs')!).map(text => cutOutput(objectMembers(text), rows));
    return requests.map((request, i) => {
      const own = new Map(answer).set('outputs', `[${outputs.map(parts => parts[i]).join(',')}]`);
      const id = request.get('id');
      if (id === undefined) own.delete('id');
      else own.set('id', id);
      return own;
    });
  } catch {
    return undefined;
  }
}

function rowsOf(request: Members): Rows {
  const inputs = arrayElements(request.get('inputs')!).map(objectMembers);
  const counts = inputs.map(input => shapeOf(input)[0]);
  const [rows] = counts;
  if (!counts.every(count => count === rows && Number.isSafeInteger(count))) throw new RangeError('rows differ');
  const own = [...request].filter(([name]) => name !== 'id' && name !== 'inputs').sort();
  const tensors = inputs.map(input => [
    shapeOf(input).slice(1),
    ...[...input].filter(([name]) => name !== 'data' && name !== 'shape').sort(),
  ]);
  return { inputs, rows, signature: JSON.stringify([own, tensors]) };
}

/** The JSON of each caller's part of an output. */
function cutOutput(output: Members, rows: readonly number[]): string[] {
  const shape = shapeOf(output);
  const total = sum(rows);
  const elements = arrayElements(output.get('data')!);
  if (shape[0] !== total || (elements.length !== sizeOf(shape) && elements.length !== total))
    throw new RangeError('rows differ');
  const perRow = elements.length / Math.max(1, total);
  let from = 0;
  return rows.map(count => {
    const data = elements.slice(from * perRow, (from + count) * perRow);
    from += count;
    return objectText(new Map(output).set('shape', shapeText(output, count)).set('data', `[${data.join(',')}]`));
  });
}

/** As many as the shape asks for: what one request has too many of must not make up for what another lacks. */
function valuesOf(input: Members): string[] {
  const values = flattened(input.get('data')!);
  if (values.length !== sizeOf(shapeOf(input))) throw new RangeError('values differ');
  return values;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function shapeOf(tensor: Members): number[] {
  return arrayElements(tensor.get('shape')!).map(Number);
}

function shapeText(tensor: Members, rows: number): string {
  return JSON.stringify([rows, ...shapeOf(tensor).slice(1)]);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
