/*
 * ModelInferRequest, read without a step in between: numbers go from the message straight into typed arrays.
 *   1 model_name, 2 model_version, 3 id, 4 parameters, 5 inputs, 6 outputs, 7 raw_input_contents
 *   InferInputTensor            1 name, 2 datatype, 3 shape, 4 parameters, 5 contents
 *   InferRequestedOutputTensor  1 name, 2 parameters
 */
import { badInput, checkNames, shorten } from '../core/bad-input.js';
import { DATATYPES, isDatatype } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { fitShape, MAX_DIMENSIONS } from '../core/fit-shape.js';
import type { InferRequest, ModelRef, RequestedOutput } from '../core/protocol.js';
import type { Parameters, ParameterValue, Tensor } from '../core/tensor.js';
import { ProtoReader, WIRE } from '../formats/proto-reader.js';
import { readRaw } from '../wire/raw-tensor.js';
import { readParameter } from './parameters.js';
import { type Contents, contentsAs, readContents } from './tensor-contents.js';

/** A message of many tiny parts takes far more memory as objects than as bytes: no more tensors and parameters than this. */
const MAX_PARTS = 65_536;

export interface InferCall {
  readonly target: ModelRef;
  readonly request: InferRequest;
  /** Values came raw, so they go back raw. */
  readonly raw: boolean;
}

interface InputDraft {
  name: string;
  datatype: string;
  readonly shape: number[];
  parameters: Parameters | undefined;
  contents: Contents | undefined;
}

/**
 * Numbers of raw contents may be views on `message`. Throws INVALID_ARGUMENT for bytes that are no such message (naming the
 * field) and for values that do not fit their shape or datatype (naming the input).
 */
export function decodeInferRequest(message: Uint8Array): InferCall {
  return new RequestReader(message).read();
}

class RequestReader {
  private readonly reader: ProtoReader;
  private parts = 0;

  constructor(message: Uint8Array) {
    this.reader = new ProtoReader(message, 'ModelInferRequest');
  }

  read(): InferCall {
    const { reader } = this;
    let name = '';
    let version = '';
    let id = '';
    let parameters: Record<string, ParameterValue> | undefined;
    const inputs: InputDraft[] = [];
    const outputs: RequestedOutput[] = [];
    const raw: Buffer[] = [];
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          name = reader.text('model_name');
          break;
        case 2:
          version = reader.text('model_version');
          break;
        case 3:
          id = reader.text('id');
          break;
        case 4:
          parameters = this.parameter(parameters);
          break;
        case 5:
          this.countPart();
          inputs.push(this.input());
          break;
        case 6:
          this.countPart();
          outputs.push(this.output());
          break;
        case 7:
          this.countPart();
          raw.push(reader.view());
          break;
        default:
          reader.skip();
      }
    }
    checkNames('input', inputs);
    checkNames('output', outputs);
    return {
      target: { name, version: version || undefined },
      request: {
        id: id || undefined,
        inputs: makeTensors(inputs, raw),
        outputs: outputs.length > 0 ? outputs : undefined,
        parameters,
      },
      raw: raw.length > 0,
    };
  }

  private input(): InputDraft {
    const { reader } = this;
    const outer = reader.enter();
    const draft: InputDraft = { name: '', datatype: '', shape: [], parameters: undefined, contents: undefined };
    let parameters: Record<string, ParameterValue> | undefined;
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          draft.name = reader.text('name');
          break;
        case 2:
          draft.datatype = reader.text('datatype');
          break;
        case 3:
          this.shape(draft.shape);
          break;
        case 4:
          parameters = this.parameter(parameters);
          break;
        case 5:
          if (draft.contents !== undefined) throw reader.bad('contents is there twice');
          draft.contents = readContents(reader);
          break;
        default:
          reader.skip();
      }
    }
    reader.leave(outer);
    draft.parameters = parameters;
    return draft;
  }

  private output(): RequestedOutput {
    const { reader } = this;
    const outer = reader.enter();
    let name = '';
    let parameters: Record<string, ParameterValue> | undefined;
    while (reader.next()) {
      if (reader.field === 1) name = reader.text('name');
      else if (reader.field === 2) parameters = this.parameter(parameters);
      else reader.skip();
    }
    reader.leave(outer);
    return { name, parameters };
  }

  private shape(shape: number[]): void {
    const { reader } = this;
    const outer = reader.enterRepeated(WIRE.varint);
    while (reader.more) {
      if (shape.length === MAX_DIMENSIONS) throw reader.bad(`a shape of more than ${MAX_DIMENSIONS} dimensions`);
      shape.push(reader.int());
    }
    reader.leave(outer);
  }

  private parameter(parameters: Record<string, ParameterValue> = {}): Record<string, ParameterValue> {
    this.countPart();
    readParameter(this.reader, parameters);
    return parameters;
  }

  private countPart(): void {
    if (++this.parts > MAX_PARTS) throw this.reader.bad(`more than ${MAX_PARTS} tensors and parameters`);
  }
}

/** Each input without contents of its own takes the next raw entry, if there are any. */
function makeTensors(drafts: readonly InputDraft[], raw: readonly Buffer[]): Tensor[] {
  let used = 0;
  const tensors = drafts.map((draft): Tensor => {
    const { name, datatype, contents, parameters } = draft;
    if (!isDatatype(datatype)) {
      throw badInput(name, `datatype: expected one of ${DATATYPES.join(', ')}, got '${shorten(datatype)}'`);
    }
    const isRaw = contents === undefined && used < raw.length;
    const data = isRaw ? readRaw(datatype, raw[used++], name) : contentsAs(datatype, contents, name);
    return { name, datatype, shape: fitShape(name, draft.shape, data), data, parameters };
  });
  if (used < raw.length) {
    const problem = `expected ${used} entries (one for each input without contents), got ${raw.length}`;
    throw new ServerError('INVALID_ARGUMENT', `raw_input_contents: ${problem}`);
  }
  return tensors;
}
