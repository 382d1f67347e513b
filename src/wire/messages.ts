import type { ErrorData } from '../core/errors.js';
import type { ModelInterface, ModelSignature } from '../core/model-interface.js';
import type { Parameters, Tensor } from '../core/tensor.js';

/** `name@version#generation`: a reload is a new generation, so a frame always says which replica it wants. */
export type ModelKey = string;

/** What a worker needs to make a replica. */
export interface ReplicaSpec {
  readonly key: ModelKey;
  readonly name: string;
  readonly version?: string;
  /** Which runtime makes it; each kind reads its own fields. */
  readonly runtime: RuntimeSpec;
}

export type RuntimeSpec =
  /** A converted model: the path of its plan file. */
  | { readonly kind: 'plan'; readonly file: string; readonly defaultOutput?: string; readonly intraOpThreads?: number }
  /** An ONNX model as its user wrote it. */
  | { readonly kind: 'onnx'; readonly file: string; readonly options: OnnxOptions }
  /** One of those in a folder of MLflow. */
  | { readonly kind: 'mlflow'; readonly model: RuntimeSpec; readonly signature?: ModelSignature };

/** What a session of onnxruntime is told; null or absent: what the runtime thinks best. */
export interface SessionOptions {
  /** Threads within one operation; 0: one per core. */
  readonly intraOpThreads?: number | null;
  /** Threads for operations side by side, in parallel mode. */
  readonly interOpThreads?: number | null;
  readonly executionMode?: 'sequential' | 'parallel' | null;
  readonly optimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all' | null;
  readonly cpuMemArena?: boolean | null;
  readonly memPattern?: boolean | null;
  /** Sizes for dimensions that the model gives names. */
  readonly freeDimensions?: Readonly<Record<string, number>> | null;
}

export interface OnnxOptions extends SessionOptions {
  /** Tensors without elements are handed on. */
  readonly allowEmptyInputs?: boolean;
}

export type WorkerTask =
  | { readonly kind: 'infer'; readonly frame: ArrayBuffer }
  | { readonly kind: 'load'; readonly spec: ReplicaSpec }
  | { readonly kind: 'unload'; readonly key: ModelKey };

/** What the model made of one frame; the outputs' buffers belong to the receiver. */
export type BatchAnswer =
  | {
      readonly ok: true;
      readonly outputs: readonly Tensor[];
      readonly parameters?: Parameters;
      readonly inferenceMs: number;
    }
  | { readonly ok: false; readonly error: ErrorData; readonly inferenceMs: number };

export type LoadAnswer =
  | { readonly ok: true; readonly model: ModelInterface }
  | { readonly ok: false; readonly error: ErrorData };

export type UnloadAnswer = { readonly ok: true } | { readonly ok: false; readonly error: ErrorData };

export type WorkerAnswer = BatchAnswer | LoadAnswer | UnloadAnswer;
