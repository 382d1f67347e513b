import { readFile, stat } from 'node:fs/promises';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { checkContent } from '../core/content-hash.js';
import { ServerError } from '../core/errors.js';
import type { BatchSharing, ModelInterface } from '../core/model-interface.js';
import type { InferRequest, TensorMetadata } from '../core/protocol.js';
import type { Parameters } from '../core/tensor.js';
import { badFile } from '../formats/errors.js';
import { MAX_ONNX_BYTES, type OnnxModel } from '../formats/onnx-model.js';
import { readOnnxModel } from '../formats/onnx-read.js';
import { withoutZipMaps, type ZipMapClasses } from '../formats/onnx-zipmap.js';
import type { OnnxOptions } from '../wire/messages.js';
import { sessionError } from './onnx-errors.js';
import { createSession } from './onnx-session.js';
import { dataOf, datatypeOf, toOrtTensor } from './onnx-tensors.js';
import type { Prediction, Runtime } from './runtime.js';

/** As KServe and Triton name it. */
const PLATFORM = 'onnxruntime_onnx';
/** MLServer marks every array it encodes. */
const NUMPY: Parameters = { content_type: 'np' };

/** An ONNX model as it is: its inputs, its outputs, under their names. */
export class OnnxRuntime implements Runtime {
  private constructor(
    private readonly session: InferenceSession,
    readonly model: ModelInterface,
  ) {}

  /**
   * Reads the file and makes a session on its bytes: nothing is looked up by path, so neither the file's folder nor the thread's
   * working directory matters. Rejects with INVALID_ARGUMENT and the reason, or with ABORTED when the file's hash is not `sha256`.
   */
  static async load(file: string, options: OnnxOptions = {}, sha256?: string): Promise<OnnxRuntime> {
    try {
      const bytes = await readModelFile(file);
      if (sha256 !== undefined) checkContent(bytes, sha256);
      const declared = readOnnxModel(bytes);
      checkValues(declared);
      const { bytes: tensorsOnly, classes } = withoutZipMaps(bytes, declared);
      const session = await createSession(tensorsOnly, options);
      return new OnnxRuntime(session, describe(session, declared, classes, options));
    } catch (error) {
      const failure = sessionError(error, 'onnxruntime cannot load it');
      throw new ServerError(failure.code, `${file}: ${failure.message}`, { cause: failure.cause });
    }
  }

  async predict(request: InferRequest): Promise<Prediction> {
    const feeds: Record<string, OrtTensor> = {};
    const { inputs } = this.model;
    for (const tensor of request.inputs) {
      // The only input may go by any name.
      feeds[inputs.length === 1 ? inputs[0].name : tensor.name] = toOrtTensor(tensor);
    }
    const names = request.outputs?.length ? request.outputs.map(({ name }) => name) : this.outputNames;
    const results = await this.session.run(feeds, [...new Set(names)]).catch((error: unknown) => {
      throw sessionError(error, 'onnxruntime refused the request');
    });
    return {
      outputs: names.map(name => {
        const { type, dims } = results[name];
        return {
          name,
          datatype: datatypeOf(type)!,
          shape: columnShape(dims),
          data: dataOf(results[name]),
          parameters: NUMPY,
        };
      }),
    };
  }

  async unload(): Promise<void> {
    await this.session.release();
  }

  private get outputNames(): readonly string[] {
    return this.model.methods!;
  }
}

async function readModelFile(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > MAX_ONNX_BYTES) throw badFile(`the file has ${size} bytes, an ONNX model has at most ${MAX_ONNX_BYTES}`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof ServerError) throw error;
    throw badFile(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

/** Throws for inputs that no request can give, and for outputs that onnxruntime's binding cannot even describe. */
function checkValues({ inputs, outputs }: OnnxModel): void {
  for (const { name, type, datatype } of inputs) {
    if (datatype === undefined) throw badFile(`input '${name}' is a ${type}, which the protocol has no datatype for`);
  }
  for (const { name, type, datatype } of outputs) {
    if (datatype === undefined && type.startsWith('tensor')) {
      throw badFile(`output '${name}' is a ${type}, which the protocol has no datatype for`);
    }
  }
}

function describe(
  session: InferenceSession,
  declared: OnnxModel,
  classes: ZipMapClasses,
  { freeDimensions, allowEmptyInputs = false }: OnnxOptions,
): ModelInterface {
  const sizes = new Map(Object.entries(freeDimensions ?? {}));
  const anyShape = declared.inputs.filter(({ shape }) => shape === undefined).map(({ name }) => name);
  const inputs = session.inputMetadata
    .flatMap(input => tensorMetadata(input, sizes))
    .map(input => (anyShape.includes(input.name) ? { ...input, shape: [-1] } : input));
  // Sequences and maps are left out: nobody can be given them.
  const outputs = session.outputMetadata.flatMap(output => tensorMetadata(output, sizes));
  if (outputs.length === 0) throw badFile('none of its outputs is a tensor');
  return {
    platform: PLATFORM,
    inputs,
    outputs: outputs.map(({ name, datatype, shape }) => {
      const labels = classes.get(name);
      const parameters = labels === undefined ? undefined : { classes: labels };
      return { name, datatype, shape: columnShape(shape), parameters };
    }),
    methods: outputs.map(({ name }) => name),
    parameters: aboutModel(declared),
    rule: { kind: 'tensors', anyShape, empty: allowEmptyInputs },
    sharing: sharingOf([...inputs, ...outputs], anyShape),
    seesParameters: false,
  };
}

function tensorMetadata(value: InferenceSession.ValueMetadata, sizes: ReadonlyMap<string, number>): TensorMetadata[] {
  if (!value.isTensor) return [];
  const shape = value.shape.map(size => (typeof size === 'number' ? size : (sizes.get(size) ?? -1)));
  return [{ name: value.name, datatype: datatypeOf(value.type)!, shape }];
}

/** MLServer shows a list of n as a column of n. */
function columnShape(shape: readonly number[]): readonly number[] {
  return shape.length === 1 ? [shape[0], 1] : shape;
}

function sharingOf(tensors: readonly TensorMetadata[], anyShape: readonly string[]): BatchSharing {
  return anyShape.length === 0 && tensors.every(({ shape }) => shape[0] === -1) ? 'asked' : 'never';
}

function aboutModel({ producer, irVersion, opsets }: OnnxModel): Parameters {
  const versions = [...opsets].map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  return { library: 'onnx', producer, ir_version: irVersion, opsets: versions };
}
