import { ServerError } from '../../core/errors.js';
import type { Kernel } from '../kernel.js';
import { columnsOf } from '../value.js';
import { type RadiusParams, RadiusSearch } from './radius-search.js';

export interface RadiusVotesParams extends RadiusParams {
  readonly columns: number;
  /** Number of classes, by output. */
  readonly classes: readonly number[];
  /** The class of rows without neighbours, by output. Absent: such rows are refused. */
  readonly outliers?: readonly number[];
}

/** Rows -> by output, the votes of all points within the radius [rows, classes]. The arrays `0`, `1`, ... hold the points' classes. */
export const radiusVotes: Kernel<RadiusVotesParams> = ({ params, arrays }) => {
  const { classes, outliers } = params;
  const search = new RadiusSearch(params, arrays, params.columns);
  const classOf = classes.map((_, output) => arrays[output] as Int32Array);
  return ([x], rows) => {
    const votes = classes.map(count => new Float64Array(rows * count));
    for (let row = 0; row < rows; row++) {
      search.search(x.data as Float64Array, row * columnsOf(x));
      if (search.count === 0 && outliers === undefined) {
        throw new ServerError(
          'INVALID_ARGUMENT',
          `row ${row} has no neighbours within radius ${params.radius}, and the model has no label for outliers`,
        );
      }
      for (let output = 0; output < classes.length; output++) {
        const from = row * classes[output];
        if (search.count === 0) votes[output][from + outliers![output]] = 1;
        for (let i = 0; i < search.count; i++) {
          votes[output][from + classOf[output][search.neighbors[i]]] += search.weights[i];
        }
      }
    }
    return votes.map((data, output) => ({ type: 'f64', shape: [rows, classes[output]], data }));
  };
};
