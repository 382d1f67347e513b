import type { Kernel } from './kernel.js';
import { labels } from './labels.js';
import type { StoredArray, Value } from './value.js';

export interface LabelColumnsParams {
  /** Text labels by column; absent when the arrays `0`, `1`, ... hold them. */
  readonly texts?: readonly (readonly string[])[];
  /** Shows Uint8Arrays of classes as booleans. */
  readonly booleans?: boolean;
}

/** Class positions (i32 [rows]), one value per column -> the classes at those positions, [rows, columns]. */
export const labelColumns: Kernel<LabelColumnsParams> = ({ params: { texts, booleans }, arrays }) => {
  const count = texts?.length ?? Object.keys(arrays).length;
  const steps = Array.from({ length: count }, (_, column) =>
    labels({ params: { texts: texts?.[column], booleans }, arrays: { classes: arrays[column] } }),
  );
  return (positions, rows) => {
    const columns = steps.map((step, column) => step([positions[column]], rows)[0]);
    const shape = [rows, count];
    if (texts !== undefined) {
      const data = new Array<string | null>(rows * count);
      columns.forEach((column, at) => {
        for (let row = 0; row < rows; row++) data[row * count + at] = (column.data as string[])[row];
      });
      return [{ type: 'str', shape, data }];
    }
    const data = new (arrays[0].constructor as new (n: number) => StoredArray)(rows * count);
    columns.forEach((column, at) => {
      for (let row = 0; row < rows; row++) data[row * count + at] = (column.data as Float64Array)[row];
    });
    return [{ type: columns[0].type, shape, data } as Value];
  };
};
