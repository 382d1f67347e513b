import type { ModelInterface } from '../../src/core/model-interface.js';
import type { InferRequest } from '../../src/core/protocol.js';
import type { Tensor } from '../../src/core/tensor.js';

/** A model that takes rows of so many numbers. */
export function rowsModel(columns: number): ModelInterface {
  return {
    platform: '',
    inputs: [{ name: 'predict', datatype: 'FP64', shape: [-1, columns] }],
    outputs: [{ name: 'predict', datatype: 'FP64', shape: [-1, 1] }],
    methods: ['predict'],
    parameters: {},
    rule: { kind: 'rows', columns, types: 'number', missing: false, infinite: false, empty: false },
    sharing: 'always',
    seesParameters: false,
  };
}

/** A float64 tensor of rows. */
export function rowsTensor(rows: readonly (readonly number[])[], name = 'x'): Tensor {
  return { name, datatype: 'FP64', shape: [rows.length, rows[0]?.length ?? 0], data: Float64Array.from(rows.flat()) };
}

export function rowsRequest(...rows: readonly (readonly number[])[]): InferRequest {
  return { inputs: [rowsTensor(rows)] };
}
