import { ServerError } from '../../core/errors.js';
import type { Kernel } from '../kernel.js';
import { SparseBuilder } from '../sparse-rows.js';
import type { Value } from '../value.js';
import { type TextAnalysis, textAnalyzer } from './analyzer.js';

export interface TextCountsParams {
  readonly analysis: TextAnalysis;
  /** The terms that count, in the order of their columns. */
  readonly terms: readonly string[];
  /** Whether a term counts only once. */
  readonly binary: boolean;
}

/** Texts [rows] -> how often each term occurs, as sparse rows. */
export const textCounts: Kernel<TextCountsParams> = ({ params: { analysis, terms, binary } }) => {
  const analyse = textAnalyzer(analysis);
  const columnOf = new Map(terms.map((term, column) => [term, column]));
  const counts = new Int32Array(terms.length);
  const found: number[] = [];
  const take = (term: string) => {
    const column = columnOf.get(term);
    if (column !== undefined && counts[column]++ === 0) found.push(column);
  };
  const builder = new SparseBuilder();
  return ([texts], rows) => {
    builder.begin(rows);
    for (let row = 0; row < rows; row++) {
      analyse(textOf(texts, row), take);
      for (const column of found) {
        builder.add(column, binary ? 1 : counts[column]);
        counts[column] = 0;
      }
      found.length = 0;
      builder.endRow();
    }
    return builder.finish();
  };
};

/** The text of a row; a missing one is nothing a vectorizer can take. */
export function textOf(texts: Value, row: number): string {
  const text = (texts as Value<'str'>).data[row];
  if (text === null) throw new ServerError('INVALID_ARGUMENT', `row ${row}: expected a text, got none`);
  return text;
}
