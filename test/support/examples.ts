import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Rows for an example model with what its own library answers, as test/fixtures/README.md says. */
export interface ExampleRows {
  readonly datatype: string;
  readonly columns: number;
  /** null is NaN. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly predict: readonly number[];
}

/** All 899 digits of the second half, which the model has not seen. */
export const digits = read('digits');
/** Mushrooms, also some with values no mushroom has. */
export const mushrooms = read('mushrooms');

/** A request for these rows; `id` makes answers tell whose they are. */
export function requestFor({ datatype, columns }: ExampleRows, rows: ExampleRows['rows'], id?: string): object {
  return { id, inputs: [{ name: 'predict', shape: [rows.length, columns], datatype, data: rows.flat() }] };
}

function read(name: string): ExampleRows {
  const path = new URL(`../../../test/fixtures/examples/${name}.json.gz`, import.meta.url);
  const { input, outputs } = JSON.parse(gunzipSync(readFileSync(path)).toString());
  const [count, columns] = input.shape;
  const rows = Array.from({ length: count }, (_, i) => input.data.slice(i * columns, (i + 1) * columns));
  return { datatype: input.datatype, columns, rows, predict: outputs.predict.data };
}
