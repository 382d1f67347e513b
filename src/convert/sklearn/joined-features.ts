import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { commonDatatype } from './datatypes.js';
import type { Matrix } from './dense.js';
import { type Features, joined } from './features.js';
import { SparseFeatures } from './sparse-features.js';

/** Whether features, or some of them, are mostly zero. */
export function isSparse(features: Features): boolean {
  return features instanceof SparseFeatures || (features instanceof JoinedFeatures && features.parts.some(isSparse));
}

/** Features side by side, each as it is: sparse ones stay sparse and text stays text until somebody asks for a matrix. */
export class JoinedFeatures implements Features {
  readonly width: number;
  readonly missingFrom: readonly number[];
  readonly datatype: OutputDatatype;
  readonly parts: readonly Features[];
  private values: Ref | undefined;

  constructor(
    private readonly g: GraphBuilder,
    parts: readonly Features[],
    readonly names?: readonly string[],
  ) {
    this.parts = parts.flatMap(part => (part instanceof JoinedFeatures ? part.parts : [part])).filter(p => p.width > 0);
    this.width = this.parts.reduce((total, part) => total + part.width, 0);
    this.missingFrom = [...new Set(this.parts.flatMap(part => part.missingFrom))];
    this.datatype = commonDatatype(this.parts.map(part => part.datatype));
  }

  datatypeOf(index: number): OutputDatatype {
    const [part, at] = this.locate(index);
    return part.datatypeOf(at);
  }

  matrix(): Ref {
    this.values ??= this.g.concat(this.parts.map(part => part.matrix()));
    return this.values;
  }

  floats(): Ref {
    return joined(
      this.g,
      this.parts.map(part => part.matrix()),
      'f32',
    );
  }

  column(index: number, type: 'f64' | 'str'): Ref {
    const [part, at] = this.locate(index);
    return part.column(at, type);
  }

  select(indices: readonly number[]): Features {
    const runs: { readonly part: Features; readonly indices: number[] }[] = [];
    for (const index of indices) {
      const [part, at] = this.locate(index);
      const last = runs[runs.length - 1];
      if (last?.part === part) last.indices.push(at);
      else runs.push({ part, indices: [at] });
    }
    const names = this.names;
    return new JoinedFeatures(
      this.g,
      runs.map(run => run.part.select(run.indices)),
      names && indices.map(index => names[index]),
    );
  }

  /** Each part with its own rows of the weights; all dense parts in one multiplication. */
  product(weights: Matrix, bias?: Float64Array): Ref {
    const { columns } = weights;
    const dense: Ref[] = [];
    const denseWeights = new Float64Array(weights.data.length);
    let filled = 0;
    const products: Ref[] = [];
    let row = 0;
    for (const part of this.parts) {
      const own = weights.data.subarray(row * columns, (row += part.width) * columns);
      if (part instanceof SparseFeatures) products.push(part.product({ data: own, rows: part.width, columns }));
      else {
        dense.push(part.matrix());
        denseWeights.set(own, filled);
        filled += own.length;
      }
    }
    if (dense.length > 0) {
      const matrix = this.g.matrix(denseWeights.subarray(0, filled), filled / columns, columns);
      products.push(this.g.matmul(this.g.concat(dense), matrix));
    }
    const sum = products.reduce((total, product) => this.g.add(total, product));
    return bias === undefined ? sum : this.g.add(sum, this.g.constant(bias));
  }

  private locate(index: number): readonly [part: Features, at: number] {
    let at = index;
    for (const part of this.parts) {
      if (at < part.width) return [part, at];
      at -= part.width;
    }
    throw new RangeError(`column ${index} of ${this.width}`);
  }
}
