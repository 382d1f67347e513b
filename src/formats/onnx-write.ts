/**
 * Writes ONNX models (protobuf `onnx.ModelProto`, IR 10). Field numbers:
 *   ModelProto      1 ir_version, 2 producer_name, 7 graph, 8 opset_import {1 domain, 2 version}
 *   GraphProto      1 node, 2 name, 5 initializer, 11 input, 12 output
 *   NodeProto       1 input, 2 output, 4 op_type, 5 attribute, 7 domain
 *   AttributeProto  1 name, 2 f, 3 i, 4 s, 5 t, 7 floats, 8 ints, 9 strings, 20 type
 *   TensorProto     1 dims, 2 data_type, 8 name, 9 raw_data
 *   ValueInfoProto  1 name, 2 type {1 tensor_type {1 elem_type, 2 shape {1 dim {1 dim_value, 2 dim_param}}}}
 */
import { ProtoWriter } from './proto-writer.js';

/** ONNX's numbers of the element types used here. */
export const ONNX_ELEMENT = { f32: 1, u8: 2, i32: 6, i64: 7, str: 8, bool: 9, f64: 11 } as const;
export type OnnxElement = keyof typeof ONNX_ELEMENT;

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxElement;
  /** -1: any number. */
  readonly shape: readonly number[];
}

export interface OnnxInitializer {
  readonly name: string;
  readonly type: OnnxElement;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

export type OnnxAttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxInitializer };

export interface OnnxNode {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttributeValue>>;
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly initializers: readonly OnnxInitializer[];
  readonly nodes: readonly OnnxNode[];
}

const OPSETS: readonly (readonly [domain: string, version: number])[] = [
  ['', 21],
  ['ai.onnx.ml', 5],
  ['com.microsoft', 1],
];

export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const model = new ProtoWriter();
  model.int(1, 10);
  model.text(2, 'modelyard');
  model.message(7, body => writeGraph(body, graph));
  for (const [domain, version] of OPSETS) {
    model.message(8, opset => {
      opset.text(1, domain);
      opset.int(2, version);
    });
  }
  return model.finish();
}

function writeGraph(body: ProtoWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) body.message(1, item => writeNode(item, node));
  body.text(2, 'model');
  for (const tensor of graph.initializers) body.message(5, item => writeInitializer(item, tensor));
  for (const info of graph.inputs) body.message(11, item => writeValueInfo(item, info));
  for (const info of graph.outputs) body.message(12, item => writeValueInfo(item, info));
}

export function writeNode(body: ProtoWriter, node: OnnxNode): void {
  for (const name of node.inputs) body.text(1, name);
  for (const name of node.outputs) body.text(2, name);
  body.text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    body.message(5, item => writeAttribute(item, name, value));
  if (node.domain !== undefined) body.text(7, node.domain);
}

function writeAttribute(body: ProtoWriter, name: string, value: OnnxAttributeValue): void {
  body.text(1, name);
  if (typeof value === 'number') {
    body.int(3, value);
    body.int(20, 2);
  } else if (typeof value === 'string') {
    body.text(4, value);
    body.int(20, 3);
  } else if ('float' in value) {
    body.float(2, value.float);
    body.int(20, 1);
  } else if ('floats' in value) {
    for (const item of value.floats) body.float(7, item);
    body.int(20, 6);
  } else if ('strings' in value) {
    for (const item of value.strings) body.text(9, item);
    body.int(20, 8);
  } else if ('tensor' in value) {
    body.message(5, item => writeInitializer(item, value.tensor));
    body.int(20, 4);
  } else {
    for (const item of value) body.int(8, item);
    body.int(20, 7);
  }
}

function writeInitializer(body: ProtoWriter, tensor: OnnxInitializer): void {
  for (const size of tensor.shape) body.int(1, size);
  body.int(2, ONNX_ELEMENT[tensor.type]);
  body.text(8, tensor.name);
  body.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

export function writeValueInfo(body: ProtoWriter, info: OnnxValueInfo): void {
  body.text(1, info.name);
  body.message(2, type =>
    type.message(1, tensor => {
      tensor.int(1, ONNX_ELEMENT[info.type]);
      tensor.message(2, shape => {
        info.shape.forEach((size, axis) => {
          shape.message(1, dimension =>
            size < 0 ? dimension.text(2, axis === 0 ? 'rows' : `d${axis}`) : dimension.int(1, size),
          );
        });
      });
    }),
  );
}
