/**
 * skl2onnx and others end a classifier with a ZipMap, which turns the matrix of probabilities into one dictionary per row: no
 * tensor, so neither the protocol nor onnxruntime's binding for Node can carry it. Here each ZipMap whose result is an output
 * becomes an Identity, and the output a matrix with one column per class. The file's other bytes stay as they are:
 *
 *   ModelProto { ... 7 graph: key, length (rewritten) { ... 1 node (ZipMap -> Identity) ... 12 output (type rewritten) ... } ... }
 */
import { badFile } from './errors.js';
import type { FieldSpan, OnnxModel } from './onnx-model.js';
import { writeNode, writeValueInfo } from './onnx-write.js';
import { ProtoReader, WIRE } from './proto-reader.js';
import { ProtoWriter } from './proto-writer.js';

/** Class labels by output, in the order of its columns. */
export type ZipMapClasses = ReadonlyMap<string, readonly (string | number)[]>;

export interface WithoutZipMaps {
  /** The model given when it has no ZipMap. */
  readonly bytes: Uint8Array;
  readonly classes: ZipMapClasses;
}

interface ZipMap {
  readonly input: string;
  readonly output: string;
  readonly classes: readonly (string | number)[];
}

/** A piece of the file to be replaced. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Any version of ONNX's own operations has Identity; used when a model has none of them otherwise. */
const IDENTITY_OPSET = 13;

export function withoutZipMaps(bytes: Uint8Array, model: OnnxModel): WithoutZipMaps {
  const edits: Edit[] = [];
  const classes = new Map<string, readonly (string | number)[]>();
  for (const span of model.zipMaps) {
    const zipMap = readZipMap(bytes.subarray(span.body, span.end));
    const declaration = model.outputs.find(({ name }) => name === zipMap.output);
    if (declaration === undefined) continue;
    classes.set(zipMap.output, zipMap.classes);
    edits.push({ ...span, bytes: identity(zipMap) }, { ...declaration.span, bytes: matrix(zipMap) });
  }
  if (edits.length === 0) return { bytes, classes };
  for (const graph of model.graphs) edits.push(graphHead(graph, edits));
  if (!model.opsets.has('')) edits.push({ start: bytes.length, end: bytes.length, bytes: opsetImport() });
  return { bytes: splice(bytes, edits), classes };
}

/** The body of a NodeProto: 1 input, 2 output, 5 attribute. */
function readZipMap(body: Uint8Array): ZipMap {
  const reader = new ProtoReader(body, 'ZipMap');
  let input = '';
  let output = '';
  let classes: (string | number)[] = [];
  while (reader.next()) {
    if (reader.field === 1) input = reader.text();
    else if (reader.field === 2) output = reader.text();
    else if (reader.field === 5) {
      const outer = reader.enter();
      const labels = readLabels(reader);
      if (labels.length > 0) classes = labels;
      reader.leave(outer);
    } else reader.skip();
  }
  if (classes.length === 0) throw badFile(`the ZipMap '${output}' has no class labels`);
  return { input, output, classes };
}

/** The values of `classlabels_strings` or `classlabels_int64s`: AttributeProto 8 ints, 9 strings. */
function readLabels(reader: ProtoReader): (string | number)[] {
  const labels: (string | number)[] = [];
  while (reader.next()) {
    if (reader.field === 8) {
      const outer = reader.enterRepeated(WIRE.varint);
      while (reader.more) labels.push(reader.int());
      reader.leave(outer);
    } else if (reader.field === 9) labels.push(reader.text());
    else reader.skip();
  }
  return labels;
}

function identity({ input, output }: ZipMap): Uint8Array {
  const writer = new ProtoWriter();
  writer.message(1, body => writeNode(body, { op: 'Identity', inputs: [input], outputs: [output] }));
  return writer.finish();
}

function matrix({ output, classes }: ZipMap): Uint8Array {
  const writer = new ProtoWriter();
  writer.message(12, body => writeValueInfo(body, { name: output, type: 'f32', shape: [-1, classes.length] }));
  return writer.finish();
}

function opsetImport(): Uint8Array {
  const writer = new ProtoWriter();
  writer.message(8, opset => {
    opset.text(1, '');
    opset.int(2, IDENTITY_OPSET);
  });
  return writer.finish();
}

/** Key and length of a graph whose parts are going to change. */
function graphHead({ start, body, end }: FieldSpan, edits: readonly Edit[]): Edit {
  let length = end - body;
  for (const edit of edits) {
    if (edit.start >= body && edit.end <= end) length += edit.bytes.length - (edit.end - edit.start);
  }
  const head: number[] = [(7 << 3) | WIRE.bytes];
  for (; length > 0x7f; length = Math.floor(length / 0x80)) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return { start, end: body, bytes: Uint8Array.from(head) };
}

function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}
