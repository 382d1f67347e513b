/** The V2 / Open Inference Protocol's own words, as plain values. */
import type { Datatype } from './datatype.js';
import type { Parameters, Tensor } from './tensor.js';

export interface RequestedOutput {
  readonly name: string;
  readonly parameters?: Parameters;
}

export interface InferRequest {
  readonly id?: string;
  readonly inputs: readonly Tensor[];
  /** Absent: the model's default outputs. */
  readonly outputs?: readonly RequestedOutput[];
  readonly parameters?: Parameters;
  /** Set for a call of a route of the model's own, whose body is the only input. */
  readonly route?: RouteCall;
}

/** What is asked of a route that a custom model adds. */
export interface RouteCall {
  /** Its place among the model's routes. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  /** Behind the question mark. */
  readonly query: string;
}

export interface InferResponse {
  readonly id?: string;
  readonly modelName: string;
  readonly modelVersion?: string;
  readonly outputs: readonly Tensor[];
  readonly parameters?: Parameters;
}

/** What a caller asks for: a name, and a version unless the default one will do. */
export interface ModelRef {
  readonly name: string;
  readonly version?: string;
}

/** A model in a message: `Model m`, `Model m with version v`. */
export function modelText({ name, version }: ModelRef): string {
  return version ? `Model ${name} with version ${version}` : `Model ${name}`;
}

/** A model version as metrics and logs name it. */
export interface ModelLabel {
  readonly name: string;
  /** '' when the model has no version. */
  readonly version: string;
}

export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

/** A tensor a model takes or gives; -1 in `shape` stands for any size. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters?: Parameters;
}

export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly parameters: Parameters;
}

/** The states a client of the repository API sees. */
export type RepositoryState = 'READY' | 'UNKNOWN' | 'LOADING' | 'UNLOADING' | 'UNAVAILABLE';

export interface RepositoryIndexItem {
  readonly name: string;
  readonly version?: string;
  readonly state: RepositoryState;
  readonly reason: string;
}
