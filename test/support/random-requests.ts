import { DATATYPES, type Datatype, type NumericArray, newArray } from '../../src/core/datatype.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { type BytesColumn, bytesColumn, sliceData, type Tensor, type TensorData } from '../../src/core/tensor.js';

/** Random tensors: numbers in [0, 1) come from `random`. */
export class RandomRequests {
  constructor(private readonly random: () => number) {}

  /** A whole number from 0 up to `count`, which is exclusive. */
  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  /** Requests that may share a batch: equal in all but their rows and the values in them. */
  alike(requests: number): InferRequest[] {
    const inputs = Array.from({ length: 1 + this.below(4) }, (_, i) => ({
      name: `input ${i}`,
      datatype: DATATYPES[this.below(DATATYPES.length)],
      trailing: Array.from({ length: this.below(4) }, () => this.below(4)),
    }));
    return Array.from({ length: requests }, () => {
      const rows = 1 + this.below(5);
      return {
        inputs: inputs.map(({ name, datatype, trailing }) => this.tensor(name, datatype, [rows, ...trailing])),
      };
    });
  }

  tensor(name: string, datatype: Datatype, shape: readonly number[]): Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    return { name, datatype, shape, data: this.data(datatype, count) };
  }

  /** Any bits at all, at any offset of a larger memory. */
  private data(datatype: Datatype, count: number): TensorData {
    const before = this.below(3);
    const whole = datatype === 'BYTES' ? this.texts(before + count + 1) : this.numbers(datatype, before + count + 1);
    return sliceData(whole, before, before + count);
  }

  private texts(count: number): BytesColumn {
    return bytesColumn(
      Array.from({ length: count }, () => Uint8Array.from({ length: this.below(6) }, () => this.below(256))),
    );
  }

  private numbers(datatype: Exclude<Datatype, 'BYTES'>, count: number): NumericArray {
    const array = newArray(datatype, count);
    const bytes = new Uint8Array(array.buffer);
    const largest = datatype === 'BOOL' ? 2 : 256;
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.below(largest);
    return array;
  }
}

/** The values of a tensor as bytes, one Uint8Array for each element of BYTES: NaNs of other bits are other values. */
export function bitsOf({ data, shape }: Tensor): { shape: readonly number[]; bits: unknown } {
  if (ArrayBuffer.isView(data)) {
    return { shape, bits: Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) };
  }
  const { offsets, bytes } = data as BytesColumn;
  return {
    shape,
    bits: Array.from({ length: offsets.length - 1 }, (_, i) => [...bytes.subarray(offsets[i], offsets[i + 1])]),
  };
}
