/**
 * The k nearest points met so far. `distances[0]` is the farthest of them: a heap, as a parent is at least as far as its
 * children. Which of several equally far points stay is scikit-learn's choice: one that is as far as the farthest never comes in.
 *
 *            0
 *        1       2        children of i: 2i + 1, 2i + 2
 *      3   4   5   6
 */
export class NearestHeap {
  readonly distances: Float64Array;
  readonly indices: Int32Array;

  constructor(readonly size: number) {
    this.distances = new Float64Array(size);
    this.indices = new Int32Array(size);
  }

  clear(): void {
    this.distances.fill(Number.POSITIVE_INFINITY);
    this.indices.fill(0);
  }

  push(distance: number, index: number): void {
    const { distances, indices, size } = this;
    if (!(distance < distances[0])) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && distances[child + 1] > distances[child]) child++;
      if (!(distance < distances[child])) break;
      distances[at] = distances[child];
      indices[at] = indices[child];
      at = child;
    }
    distances[at] = distance;
    indices[at] = index;
  }

  /** Nearest first, equally far ones in the order they stand. The heap must be cleared before its next use. */
  sort(): void {
    const { distances, indices, size } = this;
    for (let i = 1; i < size; i++) {
      const distance = distances[i];
      const index = indices[i];
      let at = i;
      for (; at > 0 && distances[at - 1] > distance; at--) {
        distances[at] = distances[at - 1];
        indices[at] = indices[at - 1];
      }
      distances[at] = distance;
      indices[at] = index;
    }
  }
}
