import { ServerError } from '../core/errors.js';
import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface CategoryScoresParams {
  readonly classes: number;
}

/**
 * Rows of category numbers [rows, columns] -> [rows, classes]: what each category adds to the score of each class. The array
 * `scores` holds one block per column, [categories, classes]; that of column c begins at category starts[c].
 */
export const categoryScores: Kernel<CategoryScoresParams> = ({ params: { classes }, arrays }) => {
  const scores = arrays.scores as Float64Array;
  const starts = arrays.starts as Int32Array;
  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = x.data as Float64Array;
    const out = new Float64Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const category = Math.trunc(data[row * columns + column]);
        const known = starts[column + 1] - starts[column];
        if (!(category >= 0 && category < known)) {
          throw new ServerError(
            'INVALID_ARGUMENT',
            `row ${row}, column ${column}: expected a category from 0 to ${known - 1}, got ${category}`,
          );
        }
        const from = (starts[column] + category) * classes;
        for (let c = 0; c < classes; c++) out[row * classes + c] += scores[from + c];
      }
    }
    return [{ type: 'f64', shape: [rows, classes], data: out }];
  };
};
