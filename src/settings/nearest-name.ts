/**
 * The known name that a misspelt one most likely meant: at most two edits away (insert, delete, replace, swap neighbours),
 * and at most one edit for every three letters. Undefined when none is that close.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.min(2, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    if (Math.abs(name.length - written.length) >= fewest) continue;
    const edits = editDistance(written.toLowerCase(), name);
    if (edits < fewest) [best, fewest] = [name, edits];
  }
  return best;
}

/** Optimal string alignment distance, three rows of the table at a time. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
