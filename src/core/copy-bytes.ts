/** Copying byte by byte is faster than a native call up to about this many. */
const SHORT = 32;

/** Copies `source[start..end]` to `target` at byte `at`; answers the place behind it. */
export function copyBytes(source: Buffer, start: number, end: number, target: Uint8Array, at: number): number {
  if (end - start > SHORT) source.copy(target, at, start, end);
  else for (let from = start, to = at; from < end; from++, to++) target[to] = source[from];
  return at + end - start;
}
