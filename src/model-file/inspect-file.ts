import { readFile } from 'node:fs/promises';
import { convertFile } from '../convert/convert-file.js';
import { type FileKind, kindOfFile } from '../convert/file-kind.js';
import { type EstimatorNode, estimatorTree } from '../convert/sklearn/estimator-tree.js';
import { ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { TensorMetadata } from '../core/protocol.js';
import { readOnnxModel } from '../formats/onnx-read.js';
import type { PyObject } from '../formats/pickle/values.js';
import { type NamedGlobal, readModelObject, surveyPythonFile } from '../formats/python-file.js';
import { MlflowRuntime } from '../runtimes/mlflow.js';
import { OnnxRuntime } from '../runtimes/onnx.js';
import { PlannedRuntime } from '../runtimes/planned.js';
import type { Runtime } from '../runtimes/runtime.js';
import type { ModelFile } from './find-model-file.js';

/** What is in a model's file, found out without running any of it. */
export interface Inspection {
  readonly file: string;
  readonly bytes: number;
  /** 'joblib', 'pickle', 'skops', 'ONNX', or the booster's library. */
  readonly format: string;
  /** What the file is packed with. */
  readonly container?: string;
  readonly library?: string;
  readonly libraryVersion?: string;
  /** One line. */
  readonly estimator?: string;
  readonly tree?: EstimatorNode;
  /** Of ONNX models: how often each operation occurs. */
  readonly operations?: Readonly<Record<string, number>>;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** What `implementation` has to be in model-settings.json. */
  readonly implementation: string;
  readonly servable: boolean;
  /** Why it cannot be served. */
  readonly reason?: string;
  /** Of Python's files: every class and function that is named, and whether it is on the allow-list. */
  readonly globals?: readonly NamedGlobal[];
  /** Why the list of names ends early. */
  readonly stopped?: string;
}

type Found = Omit<Inspection, 'file' | 'bytes' | 'implementation' | 'servable' | 'reason' | 'inputs' | 'outputs'>;

const IMPLEMENTATION: Record<FileKind, string> = {
  sklearn: 'mlserver_sklearn.SKLearnModel',
  xgboost: 'mlserver_xgboost.XGBoostModel',
  lightgbm: 'mlserver_lightgbm.LightGBMModel',
  catboost: 'mlserver_catboost.CatboostModel',
  onnx: 'modelyard.OnnxModel',
};
const FORMAT: Record<Exclude<FileKind, 'sklearn'>, string> = {
  xgboost: 'XGBoost',
  lightgbm: 'LightGBM',
  catboost: 'CatBoost',
  onnx: 'ONNX',
};

/** Rejects only for what is no fault of the file. */
export async function inspectFile(file: ModelFile): Promise<Inspection> {
  const { path, mlflow } = file;
  const bytes = await readFile(path);
  const kind = mlflow?.kind ?? kindOfFile(path, bytes);
  const found = kind === 'sklearn' ? inPython(bytes) : kind === 'onnx' ? inOnnx(bytes) : { format: FORMAT[kind] };
  const about = { file: path, bytes: bytes.length, ...found };
  const implementation = mlflow === undefined ? IMPLEMENTATION[kind] : 'mlserver_mlflow.MLflowRuntime';
  try {
    const model = await loadModel(file, kind);
    const { inputs, outputs } = model;
    return { ...about, ...(kind === 'onnx' ? {} : factsOf(model)), implementation, inputs, outputs, servable: true };
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    const reason = error.message.replace(`${path}: `, '');
    return { ...about, inputs: [], outputs: [], implementation, servable: false, reason };
  }
}

/** The model as a server would show it. */
async function loadModel({ path, mlflow }: ModelFile, kind: FileKind): Promise<ModelInterface> {
  const runtime = kind === 'onnx' ? await loadOnnx(path) : PlannedRuntime.of(await convertFile(path, kind));
  await runtime.unload();
  return mlflow === undefined ? runtime.model : new MlflowRuntime(runtime, mlflow.model.signature).model;
}

/** To optimise a graph is to run parts of it. */
function loadOnnx(path: string): Promise<Runtime> {
  return OnnxRuntime.load(path, { optimizationLevel: 'disabled' });
}

function factsOf({ parameters }: ModelInterface): Partial<Found> {
  const { library, library_version: libraryVersion, estimator } = parameters;
  const facts = { library, libraryVersion, estimator };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === 'string' && value !== ''));
}

function inPython(bytes: Uint8Array): Found {
  const read = attempt(() => readModelObject(bytes).value);
  const survey = attempt(() => surveyPythonFile(bytes));
  if (survey === undefined) return { format: 'unknown' };
  const { container, format, globals, stopped } = survey;
  return {
    format,
    container: container === 'none' ? undefined : container,
    globals,
    stopped,
    ...(read && inObject(read)),
  };
}

function inObject(model: PyObject): Partial<Found> {
  const version = model.attributes.get('_sklearn_version');
  return {
    tree: estimatorTree(model),
    library: model.cls.module.split('.')[0],
    libraryVersion: typeof version === 'string' ? version : undefined,
  };
}

function inOnnx(bytes: Uint8Array): Found {
  const model = attempt(() => readOnnxModel(bytes));
  if (model === undefined) return { format: FORMAT.onnx };
  return { format: FORMAT.onnx, library: model.producer, operations: Object.fromEntries(model.operations) };
}

/** Undefined where the reason is told elsewhere: an attempt to load the model meets it again. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    return undefined;
  }
}
