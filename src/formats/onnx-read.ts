/**
 * Reads of an ONNX model what has to be known before its bytes are handed on: inputs, outputs, operations, and whether all of its
 * data are in the file. Nothing is copied but names. Fields of the messages that are looked at (onnx-write.ts has more):
 *
 *   ModelProto      1 ir_version, 2 producer_name, 3 producer_version, 7 graph, 8 opset_import {1 domain, 2 version},
 *                   20 training_info {1 graph, 2 graph}, 25 function
 *   GraphProto      1 node, 5 initializer, 11 input, 12 output, 15 sparse_initializer {1 values, 2 indices}
 *   FunctionProto   7 node, 11 attribute
 *   NodeProto       4 op_type, 5 attribute, 7 domain
 *   AttributeProto  5 tensor, 6 graph, 10 tensors, 11 graphs, 22 sparse tensor, 23 sparse tensors
 *   TensorProto     8 name, 13 external_data {1 key, 2 value}, 14 data_location (1: elsewhere)
 *   ValueInfoProto  1 name, 2 type {1 tensor {1 element type, 2 shape {1 dim {1 size, 2 name}}}, 4 sequence, 5 map, 9 optional}
 */
import type { Datatype } from '../core/datatype.js';
import type { ServerError } from '../core/errors.js';
import { refusePlaceholders } from './detect.js';
import { badFile } from './errors.js';
import { ELEMENT_TYPES, type FieldSpan, type OnnxModel, type OnnxValueDeclaration, OTHER_TYPES } from './onnx-model.js';
import { ProtoReader } from './proto-reader.js';

const WHAT = 'not an ONNX model';
/** Graphs inside nodes of graphs; protobuf's own readers stop at 100 messages. */
const MAX_DEPTH = 30;
const MAX_NAME_BYTES = 1 << 16;
/** Throws INVALID_ARGUMENT for what is no ONNX model, and for one whose data lie in other files. */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  refusePlaceholders(bytes);
  if (bytes.length >= 8 && Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'ORTM') {
    throw badFile("the file is in onnxruntime's own format (.ort): only .onnx files are read");
  }
  return new ModelReader(bytes).read();
}

class ModelReader {
  private readonly reader: ProtoReader;
  private readonly opsets = new Map<string, number>();
  private readonly inputs: OnnxValueDeclaration[] = [];
  private readonly outputs: OnnxValueDeclaration[] = [];
  private readonly operations = new Map<string, number>();
  private readonly zipMaps: FieldSpan[] = [];
  private readonly graphs: FieldSpan[] = [];
  /** Names of the main graph's initializers. */
  private readonly constants = new Set<string>();

  constructor(bytes: Uint8Array) {
    this.reader = new ProtoReader(bytes, WHAT);
  }

  read(): OnnxModel {
    const { reader } = this;
    let irVersion = 0;
    const producer = ['', ''];
    this.fields((field, start) => {
      if (field === 1) irVersion = reader.int();
      else if (field === 2) producer[0] = this.name();
      else if (field === 3) producer[1] = this.name();
      else if (field === 7) this.graphs.push(this.inside(start, () => this.graph(0)));
      else if (field === 8) this.inside(start, () => this.opset());
      else if (field === 20) this.inside(start, () => this.trainingInfo());
      else if (field === 25) this.inside(start, () => this.functionBody());
      else reader.skip();
    });
    if (this.graphs.length === 0) throw badFile(`${WHAT}: it has no graph`);
    const { opsets, constants, operations, zipMaps, graphs, outputs } = this;
    return {
      irVersion,
      producer: producer.join(' ').trim(),
      opsets,
      inputs: this.inputs.filter(({ name }) => !constants.has(name)),
      outputs,
      operations,
      zipMaps,
      graphs,
    };
  }

  private opset(): void {
    let domain = '';
    let version = 0;
    this.fields(field => {
      if (field === 1) domain = this.name();
      else if (field === 2) version = this.reader.int();
      else this.reader.skip();
    });
    this.opsets.set(domain === 'ai.onnx' ? '' : domain, version);
  }

  private trainingInfo(): void {
    this.fields((field, start) => {
      if (field === 1 || field === 2) this.inside(start, () => this.graph(1));
      else this.reader.skip();
    });
  }

  private functionBody(): void {
    this.fields((field, start) => {
      if (field === 7) this.inside(start, () => this.node(1));
      else if (field === 11) this.inside(start, () => this.attribute(1));
      else this.reader.skip();
    });
  }

  /** `depth` 0: the main graph. */
  private graph(depth: number): void {
    if (depth > MAX_DEPTH) throw badFile(`${WHAT}: graphs nested more than ${MAX_DEPTH} deep`);
    const main = depth === 0;
    this.fields((field, start) => {
      if (field === 1) {
        let operation = '';
        const span = this.inside(start, () => {
          operation = this.node(depth);
        });
        if (main && operation === 'ai.onnx.ml.ZipMap') this.zipMaps.push(span);
      } else if (field === 5) {
        this.inside(start, () => {
          const name = this.tensor();
          if (main) this.constants.add(name);
        });
      } else if (field === 15) this.inside(start, () => this.sparseTensor());
      else if (main && field === 11) this.inputs.push(this.declaration(start));
      else if (main && field === 12) this.outputs.push(this.declaration(start));
      else this.reader.skip();
    });
  }

  /** Answers the operation with its domain. */
  private node(depth: number): string {
    let operation = '';
    let domain = '';
    this.fields((field, start) => {
      if (field === 4) operation = this.name();
      else if (field === 5) this.inside(start, () => this.attribute(depth));
      else if (field === 7) domain = this.name();
      else this.reader.skip();
    });
    const name = domain === '' || domain === 'ai.onnx' ? operation : `${domain}.${operation}`;
    this.operations.set(name, (this.operations.get(name) ?? 0) + 1);
    return name;
  }

  private attribute(depth: number): void {
    this.fields((field, start) => {
      if (field === 5 || field === 10) this.inside(start, () => this.tensor());
      else if (field === 6 || field === 11) this.inside(start, () => this.graph(depth + 1));
      else if (field === 22 || field === 23) this.inside(start, () => this.sparseTensor());
      else this.reader.skip();
    });
  }

  private sparseTensor(): void {
    this.fields((field, start) => {
      if (field === 1 || field === 2) this.inside(start, () => this.tensor());
      else this.reader.skip();
    });
  }

  /** Answers the name. Throws when the tensor's data are elsewhere. */
  private tensor(): string {
    let name = '';
    let external = false;
    let location = '';
    this.fields((field, start) => {
      if (field === 8) name = this.name();
      else if (field === 13) {
        external = true;
        this.inside(start, () => {
          const [key, value] = this.entry();
          if (key === 'location') location = value;
        });
      } else if (field === 14) external = this.reader.int() !== 0 || external;
      else this.reader.skip();
    });
    if (external) throw elsewhere(name, location);
    return name;
  }

  private entry(): [key: string, value: string] {
    const entry: [string, string] = ['', ''];
    this.fields(field => {
      if (field === 1 || field === 2) entry[field - 1] = this.name();
      else this.reader.skip();
    });
    return entry;
  }

  private declaration(start: number): OnnxValueDeclaration {
    let name = '';
    let type: Omit<OnnxValueDeclaration, 'name' | 'span'> = { type: 'unknown' };
    const span = this.inside(start, () =>
      this.fields((field, at) => {
        if (field === 1) name = this.name();
        else if (field === 2) {
          this.inside(at, () => {
            type = this.type();
          });
        } else this.reader.skip();
      }),
    );
    return { name, ...type, span };
  }

  private type(): Omit<OnnxValueDeclaration, 'name' | 'span'> {
    let type = 'unknown';
    let datatype: Datatype | undefined;
    let shape: (number | string)[] | undefined;
    this.fields((field, start) => {
      if (field !== 1) {
        type = OTHER_TYPES.get(field) ?? type;
        this.reader.skip();
        return;
      }
      this.inside(start, () =>
        this.fields((member, at) => {
          if (member === 1) {
            const number = this.reader.int();
            type = `tensor(${ELEMENT_TYPES[number]?.name ?? number})`;
            datatype = ELEMENT_TYPES[number]?.datatype;
          } else if (member === 2) {
            this.inside(at, () => {
              shape = this.shape();
            });
          } else this.reader.skip();
        }),
      );
    });
    return { type, datatype, shape };
  }

  private shape(): (number | string)[] {
    const shape: (number | string)[] = [];
    this.fields((field, start) => {
      if (field !== 1) return this.reader.skip();
      this.inside(start, () => {
        let size: number | string = '';
        this.fields(member => {
          if (member === 1) size = this.reader.int();
          else if (member === 2) size = this.name();
          else this.reader.skip();
        });
        shape.push(size);
      });
    });
    return shape;
  }

  /** Visits every field of the message that the reader is in, telling where it starts. The visitor reads or skips the value. */
  private fields(visit: (field: number, start: number) => void): void {
    const { reader } = this;
    for (;;) {
      const start = reader.position;
      if (!reader.next()) return;
      visit(reader.field, start);
    }
  }

  /** Reads the nested message that the reader stands before. */
  private inside(start: number, read: () => void): FieldSpan {
    const outer = this.reader.enter();
    const body = this.reader.position;
    read();
    this.reader.leave(outer);
    return { start, body, end: this.reader.position };
  }

  private name(): string {
    const view = this.reader.view();
    if (view.length > MAX_NAME_BYTES) throw this.reader.bad(`a name of ${view.length} bytes`);
    return view.toString('utf8');
  }
}

function elsewhere(name: string, location: string): ServerError {
  const where = location === '' ? 'another file' : `another file ('${location.slice(0, 200)}')`;
  return badFile(
    `the data of tensor '${name}' lie in ${where}, which is not read: save the model with all of its data in one file`,
  );
}
