import { ServerError } from '../core/errors.js';
import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

interface RequireParams {
  readonly least: number;
  /** Whether the least number itself is refused. */
  readonly above: boolean;
}

/** Numbers [rows, columns] as they are; fails the request that has one too small for what comes next. */
export const require: Kernel<RequireParams> = ({ params: { least, above } }) => {
  return ([matrix]) => {
    const data = matrix.data as Float64Array;
    for (let i = 0; i < data.length; i++) {
      if (data[i] > least || (data[i] === least && !above)) continue;
      const width = columnsOf(matrix);
      const place = `row ${Math.floor(i / width)}, column ${i % width}`;
      const wanted = above ? `above ${least}` : `of ${least} or more`;
      throw new ServerError('INVALID_ARGUMENT', `${place}: expected a number ${wanted}, got ${data[i]}`);
    }
    return [matrix];
  };
};
