import type { Datatype } from '../../core/datatype.js';
import type { StoredArray } from '../../kernels/value.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';

export type NumberLabels = 'INT64' | 'INT32' | 'FP64';

const TYPE = { INT64: 'i64', INT32: 'i32', FP64: 'f64' } as const;

export interface Labels {
  /** Of the positions' shape. */
  readonly predict: Ref;
  readonly datatype: Datatype;
}

/** Adds the step from positions (i32) to labels: text where any label is text, numbers in the datatype given. */
export function addLabels(
  g: GraphBuilder,
  positions: Ref,
  labels: readonly (number | string)[],
  numbersAs: NumberLabels = labels.every(Number.isSafeInteger) ? 'INT64' : 'FP64',
): Labels {
  const { shape } = positions;
  if (labels.some(label => typeof label === 'string')) {
    const params = { texts: labels.map(String) };
    const [predict] = g.kernel('labels', { inputs: [positions], params, outputs: [{ type: 'str', shape }] });
    return { predict, datatype: 'BYTES' };
  }
  const classes = labelArray(labels as readonly number[], numbersAs);
  const outputs = [{ type: TYPE[numbersAs], shape }];
  const [predict] = g.kernel('labels', { inputs: [positions], arrays: { classes }, outputs });
  return { predict, datatype: numbersAs };
}

function labelArray(labels: readonly number[], datatype: NumberLabels): StoredArray {
  switch (datatype) {
    case 'INT64':
      return BigInt64Array.from(labels, BigInt);
    case 'INT32':
      return Int32Array.from(labels);
    case 'FP64':
      return Float64Array.from(labels);
  }
}
