import { contentTypeIn } from '../codecs/registry.js';
import type { RequestedOutput, TensorMetadata } from '../core/protocol.js';
import type { Parameters, ParameterValue, Tensor } from '../core/tensor.js';
import type { InputTensor, ModelRequest } from './request.js';
import type { ModelResponse } from './response.js';
import type { ModelRoute } from './route.js';
import { decode, decodeRequest, encodeAll, encodeResponse } from './values.js';

/** What model-settings.json says, as a model gets it. */
export interface ModelSettings {
  readonly name: string;
  readonly version?: string;
  /** Absolute path of the folder with model-settings.json. */
  readonly folder: string;
  readonly parameters: {
    /** Absolute path of the model's file or folder; the model's own folder if nothing is said. */
    readonly uri: string;
    readonly content_type?: string;
    readonly extra: Parameters;
    /** Whatever else stands there. */
    readonly [other: string]: ParameterValue | undefined;
  };
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

type Later<T> = T | Promise<T>;

/** What a custom model may have; `predict` or `predictStream` it must. Any object or class will do. */
export interface CustomModel {
  inputs?: readonly TensorMetadata[];
  outputs?: readonly TensorMetadata[];
  ready?: boolean;
  /** Read when `load` is done. */
  routes?: readonly ModelRoute[];
  load?(): Later<unknown>;
  predict?(request: ModelRequest): Later<ModelResponse>;
  predictStream?(request: ModelRequest): AsyncIterable<ModelResponse> | Iterable<ModelResponse>;
  unload?(): Later<unknown>;
}

/**
 * A base for custom models, with the words of MLServer. Made once in every worker, then loaded; `predict` may be called while an
 * earlier call is still waiting for something.
 */
export class Model implements CustomModel {
  /** For the model's metadata; may be set in `load`. */
  inputs: readonly TensorMetadata[];
  outputs: readonly TensorMetadata[];
  /** Set when `load` is done; a model that sets it to false is answered for with "not ready". */
  ready = false;

  routes: readonly ModelRoute[] = [];

  constructor(readonly settings: ModelSettings) {
    this.inputs = settings.inputs;
    this.outputs = settings.outputs;
  }

  get name(): string {
    return this.settings.name;
  }

  get version(): string | undefined {
    return this.settings.version;
  }

  /** Everything that takes time. Throwing, or answering false, makes the load fail. */
  load(): Later<unknown> {
    return true;
  }

  unload(): Later<unknown> {
    return true;
  }

  decode(input: InputTensor, contentType?: string): unknown {
    return decode(input, contentType);
  }

  decodeRequest(request: ModelRequest, contentType?: string): unknown {
    return decodeRequest(request, contentType);
  }

  /** As the function of this name; the model's metadata comes before `contentType`. */
  encode(value: unknown, output: string | RequestedOutput, contentType?: string): Tensor {
    return this.encodeAll(value, output, contentType)[0];
  }

  /** As `encode`, with one output per column for a Map of columns. */
  encodeAll(value: unknown, output: string | RequestedOutput, contentType?: string): Tensor[] {
    const name = typeof output === 'string' ? output : output.name;
    const described = contentTypeIn(this.outputs.find(tensor => tensor.name === name)?.parameters);
    return encodeAll(value, output, described ?? contentType);
  }

  encodeResponse(value: unknown, contentType?: string): ModelResponse {
    return encodeResponse(value, contentType);
  }
}
