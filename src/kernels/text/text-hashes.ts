import type { Kernel } from '../kernel.js';
import { SparseBuilder } from '../sparse-rows.js';
import { type TextAnalysis, textAnalyzer } from './analyzer.js';
import { murmur3 } from './murmur3.js';
import { textOf } from './text-counts.js';

export interface TextHashesParams {
  readonly analysis: TextAnalysis;
  /** Number of columns. */
  readonly width: number;
  /** Whether terms with a negative hash count -1. */
  readonly alternateSign: boolean;
  /** Whether every column that a term falls into becomes 1, whatever its terms add up to. */
  readonly binary: boolean;
}

/** Texts [rows] -> counts of their terms in the columns that the terms' hashes say, as sparse rows. */
export const textHashes: Kernel<TextHashesParams> = ({ params: { analysis, width, alternateSign, binary } }) => {
  const analyse = textAnalyzer(analysis);
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(256);
  const sums = new Map<number, number>();
  const take = (term: string) => {
    if (term.length * 3 > bytes.length) bytes = new Uint8Array(term.length * 6);
    const hash = murmur3(bytes, encoder.encodeInto(term, bytes).written);
    const column = Math.abs(hash) % width;
    sums.set(column, (sums.get(column) ?? 0) + (alternateSign && hash < 0 ? -1 : 1));
  };
  const builder = new SparseBuilder();
  return ([texts], rows) => {
    builder.begin(rows);
    for (let row = 0; row < rows; row++) {
      analyse(textOf(texts, row), take);
      for (const [column, sum] of sums) builder.add(column, binary ? 1 : sum);
      sums.clear();
      builder.endRow();
    }
    return builder.finish();
  };
};
