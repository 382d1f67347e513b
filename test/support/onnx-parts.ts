import { type OnnxNode, writeNode } from '../../src/formats/onnx-write.js';
import { ProtoWriter } from '../../src/formats/proto-writer.js';

/** ONNX's numbers of element types. */
export const ELEMENT = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
  BF16: 16,
} as const;

export interface TestValue {
  readonly name: string;
  /** A number of ELEMENT; 0: a sequence of float tensors. */
  readonly type: number;
  /** Names are free dimensions; absent: not even the rank is known. */
  readonly shape?: readonly (number | string)[];
}

export interface TestModel {
  readonly inputs: readonly TestValue[];
  readonly outputs: readonly TestValue[];
  readonly nodes?: readonly OnnxNode[];
  readonly opsets?: readonly (readonly [domain: string, version: number])[];
  /** Adds to the graph, and to the model. */
  readonly graph?: (graph: ProtoWriter) => void;
  readonly model?: (model: ProtoWriter) => void;
}

/** A model file as other tools write it, so that tests may hold what our own writer never does. */
export function onnxModel({ inputs, outputs, nodes = [], opsets = [['', 17]], graph, model }: TestModel): Uint8Array {
  const writer = new ProtoWriter();
  writer.int(1, 8);
  writer.text(2, 'test');
  for (const [domain, version] of opsets) {
    writer.message(8, body => {
      body.text(1, domain);
      body.int(2, version);
    });
  }
  writer.message(7, body => {
    for (const node of nodes) body.message(1, item => writeNode(item, node));
    body.text(2, 'g');
    graph?.(body);
    for (const value of inputs) body.message(11, item => writeValue(item, value));
    for (const value of outputs) body.message(12, item => writeValue(item, value));
  });
  model?.(writer);
  return writer.finish();
}

/** y = x. */
export function identityModel(type: number, shape: TestValue['shape']): Uint8Array {
  return onnxModel({
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type, shape }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
}

/** The body of a tensor whose data lie in another file. */
export function externalTensor(tensor: ProtoWriter): void {
  tensor.int(1, 2);
  tensor.int(2, ELEMENT.FP32);
  tensor.text(8, 'weights');
  tensor.message(13, entry => {
    entry.text(1, 'location');
    entry.text(2, '../secret.bin');
  });
  tensor.int(14, 1);
}

/** The body of a float tensor [values]. */
export function floatTensor(tensor: ProtoWriter, name: string, values: readonly number[]): void {
  tensor.int(1, values.length);
  tensor.int(2, ELEMENT.FP32);
  tensor.text(8, name);
  tensor.bytes(9, new Uint8Array(Float32Array.from(values).buffer));
}

function writeValue(body: ProtoWriter, { name, type, shape }: TestValue): void {
  body.text(1, name);
  body.message(2, outer => {
    if (type === 0)
      outer.message(4, sequence => sequence.message(1, item => writeTensorType(item, ELEMENT.FP32, ['n'])));
    else writeTensorType(outer, type, shape);
  });
}

function writeTensorType(body: ProtoWriter, type: number, shape: TestValue['shape']): void {
  body.message(1, tensor => {
    tensor.int(1, type);
    if (shape === undefined) return;
    tensor.message(2, sizes => {
      for (const size of shape) {
        sizes.message(1, dim => (typeof size === 'number' ? dim.int(1, size) : dim.text(2, size)));
      }
    });
  });
}
