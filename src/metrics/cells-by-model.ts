import type { ModelLabel } from '../core/protocol.js';

/**
 * The cells of each model version, remembered by the label object that a version carries all its life: that is the look-up on
 * the path of every request. `make` must give the same cells for equal labels, since a reloaded version has a new object.
 */
export class CellsByModel<Cells> {
  private readonly byLabel = new WeakMap<ModelLabel, Cells>();

  constructor(private readonly make: (label: ModelLabel) => Cells) {}

  of(label: ModelLabel): Cells {
    let cells = this.byLabel.get(label);
    if (cells === undefined) {
      cells = this.make(label);
      this.byLabel.set(label, cells);
    }
    return cells;
  }
}
