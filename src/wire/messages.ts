import type { MessagePort } from 'node:worker_threads';
import type { ErrorData } from '../core/errors.js';
import type { ModelInterface, ModelSignature } from '../core/model-interface.js';
import type { TensorMetadata } from '../core/protocol.js';
import type { MetricValue } from '../core/telemetry.js';
import type { Parameters, Tensor } from '../core/tensor.js';

/** `name@version#generation`: a reload is a new generation, so a frame always says which replica it wants. */
export type ModelKey = string;

/** What a worker needs to make a replica. */
export interface ReplicaSpec {
  readonly key: ModelKey;
  readonly name: string;
  readonly version?: string;
  /** In the front's own thread, not in the workers. */
  readonly inFront?: boolean;
  /** Which runtime makes it; each kind reads its own fields. */
  readonly runtime: RuntimeSpec;
}

export type RuntimeSpec =
  /** A converted model: the path of its plan file. */
  | { readonly kind: 'plan'; readonly file: string; readonly defaultOutput?: string; readonly intraOpThreads?: number }
  /** An ONNX model as its user wrote it; refused when its bytes are others by now. */
  | { readonly kind: 'onnx'; readonly file: string; readonly sha256: string; readonly options: OnnxOptions }
  /** One of those in a folder of MLflow. */
  | { readonly kind: 'mlflow'; readonly model: RuntimeSpec; readonly signature?: ModelSignature }
  /** A class of the user's. */
  | {
      readonly kind: 'custom';
      readonly folder: string;
      /** Dotted path from the folder. */
      readonly module: string;
      readonly className: string;
      readonly settings: CustomSettings;
    };

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

/** What a custom model is told of its settings. */
export interface CustomSettings {
  /** Absolute path of the model's file or folder, or a URI as it is written. */
  readonly uri: string;
  readonly contentType?: string;
  readonly extra: Parameters;
  /** Parameters that the server does not know. */
  readonly others: Parameters;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

export type WorkerTask =
  | { readonly kind: 'infer'; readonly frame: ArrayBuffer }
  /** Answers go out by the port, each when it is asked for; closing the port ends the stream. */
  | { readonly kind: 'stream'; readonly frame: ArrayBuffer; readonly port: MessagePort }
  | { readonly kind: 'load'; readonly spec: ReplicaSpec }
  | { readonly kind: 'unload'; readonly key: ModelKey };

/** What the model made of one frame; the outputs' buffers belong to the receiver. */
export type BatchAnswer =
  | {
      readonly ok: true;
      readonly outputs: readonly Tensor[];
      readonly parameters?: Parameters;
      readonly metricValues?: readonly MetricValue[];
      readonly inferenceMs: number;
    }
  | { readonly ok: false; readonly error: ErrorData; readonly inferenceMs: number };

/** What comes by the port of a stream for every message that asks for the next answer; undefined: there are no more. */
export type StreamAnswer = BatchAnswer | undefined;

/** A line for the server's log, sent by a worker at any time. */
export interface ModelLogLine {
  readonly model: string;
  readonly version?: string;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
}

export type LoadAnswer =
  | { readonly ok: true; readonly model: ModelInterface }
  | { readonly ok: false; readonly error: ErrorData };

export type UnloadAnswer = { readonly ok: true } | { readonly ok: false; readonly error: ErrorData };

/** A stream has its answers sent by its port, and none but its end here. */
export type WorkerAnswer = BatchAnswer | LoadAnswer | UnloadAnswer | undefined;

/** One conversion: what to read, as what, and where the plan goes. */
export interface ConvertTask {
  /** Absolute path of the model's file. */
  readonly artifact: string;
  /** sklearn, xgboost, lightgbm, ... */
  readonly kind: string;
  /** Of the file: it is refused when its bytes are others by now. */
  readonly sha256: string;
  /** Of the file, and of what it unpacks to. */
  readonly maxBytes: number;
  /** The plan's file; written whole or not at all. */
  readonly target: string;
}

export type ConvertAnswer = { readonly ok: true } | { readonly ok: false; readonly error: ErrorData };
