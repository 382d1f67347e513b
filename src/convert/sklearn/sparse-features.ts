import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { KernelCall, Ref } from '../plan-builder.js';
import type { Matrix } from './dense.js';
import { type Features, MatrixFeatures, pickNames } from './features.js';

/** Rows as lists of columns and values (kernels/sparse-rows.ts). */
export interface SparseRefs {
  readonly offsets: Ref;
  readonly columns: Ref;
  readonly values: Ref;
}

/** How sparse values are changed; the steps are taken in this order (kernels/sparse-weights.ts). */
export interface SparseWeights {
  readonly sublinear?: boolean;
  /** Per column. */
  readonly factors?: Float64Array;
  readonly factor?: number;
  readonly norm?: string;
  /** Values above become 1, others 0. */
  readonly above?: number;
  readonly float32?: boolean;
}

/** What a kernel with sparse rows as its result declares. */
const SPARSE_OUTPUTS: KernelCall['outputs'] = [
  { type: 'i32', shape: [-1] },
  { type: 'i32', shape: [-1] },
  { type: 'f64', shape: [-1] },
];

/** Columns that are mostly zero: words, categories. They become a dense matrix only for those who ask for one. */
export class SparseFeatures implements Features {
  readonly missingFrom: readonly number[] = [];
  private dense: Ref | undefined;

  constructor(
    private readonly g: GraphBuilder,
    private readonly rows: SparseRefs,
    readonly width: number,
    readonly names?: readonly string[],
    readonly datatype: OutputDatatype = 'FP64',
  ) {}

  /** What a kernel makes that answers sparse rows. */
  static ofKernel(
    g: GraphBuilder,
    name: string,
    call: Omit<KernelCall, 'outputs'>,
    made: Pick<Features, 'width' | 'names' | 'datatype'>,
  ): SparseFeatures {
    const [offsets, columns, values] = g.kernel(name, { ...call, outputs: SPARSE_OUTPUTS });
    return new SparseFeatures(g, { offsets, columns, values }, made.width, made.names, made.datatype);
  }

  datatypeOf(): OutputDatatype {
    return this.datatype;
  }

  matrix(): Ref {
    this.dense ??= this.fill('f64');
    return this.dense;
  }

  floats(): Ref {
    return this.fill('f32');
  }

  column(index: number): Ref {
    return this.g.pick(this.select([index]).matrix(), 0);
  }

  select(indices: readonly number[]): Features {
    const names = pickNames(this.names, indices);
    if (new Set(indices).size < indices.length)
      return new MatrixFeatures(this.g, this.g.take(this.matrix(), indices), names, this.datatype);
    const targets = new Int32Array(this.width).fill(-1);
    indices.forEach((index, target) => {
      targets[index] = target;
    });
    const call = { inputs: this.inputs(), arrays: { targets } };
    const made = { width: indices.length, names, datatype: this.datatype };
    return SparseFeatures.ofKernel(this.g, 'sparse-select', call, made);
  }

  product(weights: Matrix, bias?: Float64Array): Ref {
    const [products] = this.g.kernel('sparse-product', {
      inputs: this.inputs(),
      params: { width: weights.columns },
      arrays: bias === undefined ? { weights: weights.data } : { weights: weights.data, bias },
      outputs: [{ type: 'f64', shape: [-1, weights.columns] }],
    });
    return products;
  }

  /** The same places with other values. */
  weighted({ factors, ...params }: SparseWeights, datatype: OutputDatatype): SparseFeatures {
    const [values] = this.g.kernel('sparse-weights', {
      inputs: this.inputs(),
      params,
      arrays: factors && { factors },
      outputs: [SPARSE_OUTPUTS[2]],
    });
    return new SparseFeatures(this.g, { ...this.rows, values }, this.width, this.names, datatype);
  }

  private inputs(): Ref[] {
    return [this.rows.offsets, this.rows.columns, this.rows.values];
  }

  private fill(type: 'f64' | 'f32'): Ref {
    const { width } = this;
    const [matrix] = this.g.kernel('sparse-dense', {
      inputs: this.inputs(),
      params: { width, type },
      outputs: [{ type, shape: [-1, width] }],
    });
    return matrix;
  }
}

/** Any features as sparse rows; of dense ones the zeros are left out. */
export function asSparse(g: GraphBuilder, features: Features): SparseFeatures {
  if (features instanceof SparseFeatures) return features;
  return SparseFeatures.ofKernel(g, 'dense-sparse', { inputs: [features.matrix()] }, features);
}
