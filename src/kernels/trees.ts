import type { Kernel } from './kernel.js';
import { ensembleOf, leavesOf, type TreeEnsemble, type ViewOptions, viewFiller } from './tree-ensemble.js';
import { addLeaves, type Forest, GROUP, leafOf, packWords } from './tree-walk.js';
import { columnsOf, type Value } from './value.js';

export interface TreesParams extends ViewOptions {
  /** Columns of the answer. */
  readonly outputs: number;
  /** Sums are float32, and so is the answer. */
  readonly float32: boolean;
  /** The answer is [rows] instead of [rows, 1]. */
  readonly flat: boolean;
  /** The answer is sum / divideBy * scale + bias of the column. */
  readonly divideBy: number;
  readonly scale: number;
}

/** Sums of the leaves that the trees lead each row to. [rows, columns] f32 or f64 -> [rows, outputs] f32 or f64. */
export const trees: Kernel<TreesParams> = ({ params, arrays }) => {
  const { outputs, float32, flat, divideBy, scale } = params;
  const ensemble = ensembleOf(arrays);
  const base = arrays.base as Float64Array;
  const bias = arrays.bias as Float64Array;
  const plain = divideBy === 1 && scale === 1 && bias.every(number => number === 0);
  const forest: Forest = {
    ensemble,
    outputs,
    float32,
    words: packWords(ensemble),
    ...leavesOf(arrays),
  };
  const fillViews = viewFiller(ensemble, params);
  const block = blockRows(ensemble);
  const views = new Float64Array(block * ensemble.viewColumn.length);
  const sums = new Float64Array(block * outputs);

  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = float32 ? new Float32Array(rows * outputs) : new Float64Array(rows * outputs);
    for (let first = 0; first < rows; first += block) {
      const count = Math.min(block, rows - first);
      fillViews(x.data as Float64Array, columns, first, count, views);
      for (let r = 0; r < count; r++) for (let j = 0; j < outputs; j++) sums[r * outputs + j] = base[j];
      addLeaves(forest, views, count, sums);
      const to = first * outputs;
      if (plain) for (let i = 0; i < count * outputs; i++) data[to + i] = sums[i];
      else for (let i = 0; i < count * outputs; i++) data[to + i] = (sums[i] / divideBy) * scale + bias[i % outputs];
    }
    return [{ type: float32 ? 'f32' : 'f64', shape: flat ? [rows] : [rows, outputs], data } as Value];
  };
};

/** Which leaf each tree leads a row to, by the numbers in the array `leafId`. [rows, columns] -> [rows, trees] i32. */
export const treeLeaves: Kernel<ViewOptions> = ({ params, arrays }) => {
  const ensemble = ensembleOf(arrays);
  const leafId = arrays.leafId as Int32Array;
  const fillViews = viewFiller(ensemble, params);
  const count = ensemble.roots.length;
  const views = new Float64Array(ensemble.viewColumn.length);
  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = new Int32Array(rows * count);
    for (let r = 0; r < rows; r++) {
      fillViews(x.data as Float64Array, columns, r, 1, views);
      for (let t = 0; t < count; t++) data[r * count + t] = leafId[leafOf(ensemble, t, views, 0)];
    }
    return [{ type: 'i32', shape: [rows, count], data }];
  };
};

/** Rows that are walked together: few enough for their views to stay in the nearest cache. */
function blockRows({ viewColumn }: TreeEnsemble): number {
  const fitting = Math.floor(3072 / viewColumn.length);
  return Math.max(16, Math.min(64, fitting - (fitting % GROUP)));
}
