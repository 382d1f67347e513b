/** Model formats that the server reads itself. */
export type RuntimeName = 'sklearn' | 'xgboost' | 'lightgbm' | 'catboost' | 'onnx' | 'mlflow';

/** What serves a model: one of our runtimes, or a class of the user's found in a module beside the model's settings. */
export type Implementation =
  | { readonly kind: RuntimeName }
  | { readonly kind: 'custom'; readonly module: string; readonly className: string };

/** Import paths of what is built in. */
export const RUNTIMES: ReadonlyMap<string, RuntimeName> = new Map([
  ['mlserver_sklearn.SKLearnModel', 'sklearn'],
  ['mlserver_xgboost.XGBoostModel', 'xgboost'],
  ['mlserver_lightgbm.LightGBMModel', 'lightgbm'],
  ['mlserver_catboost.CatboostModel', 'catboost'],
  ['mlserver_mlflow.MLflowRuntime', 'mlflow'],
  ['modelyard.OnnxModel', 'onnx'],
]);

/** Looked for in this order when a model's uri is a folder. More than MLServer knows: skops, LightGBM's text, CatBoost's JSON. */
const WELL_KNOWN_FILES: Record<RuntimeName, readonly string[]> = {
  sklearn: ['model.joblib', 'model.pickle', 'model.pkl', 'model.skops'],
  xgboost: ['model.bst', 'model.json', 'model.ubj'],
  lightgbm: ['model.bst', 'model.txt', 'model.lgb'],
  catboost: ['model.cbm', 'model.bin', 'model.json'],
  onnx: ['model.onnx'],
  mlflow: [],
};

/** Packages whose names are never a user's module: what they hold is in RUNTIMES, or is code in Python. */
const RESERVED =
  /^(?:modelyard|mlserver(?:_(?:sklearn|xgboost|lightgbm|catboost|mlflow|huggingface|alibi_detect|alibi_explain))?)\./;

/** A module's dotted path and a class in it. */
const IMPORT_PATH = /^([\p{L}\p{N}_$-]+(?:\.[\p{L}\p{N}_$-]+)*)\.([\p{L}\p{N}_$]+)$/u;

/** The implementation that a dotted path names; undefined when it is no import path, or one into MLServer that is not served. */
export function implementationOf(importPath: string): Implementation | undefined {
  const runtime = RUNTIMES.get(importPath);
  if (runtime !== undefined) return { kind: runtime };
  if (RESERVED.test(importPath)) return undefined;
  const [, module, className] = IMPORT_PATH.exec(importPath) ?? [];
  return module === undefined ? undefined : { kind: 'custom', module, className };
}

export function wellKnownFiles(implementation: Implementation): readonly string[] {
  return implementation.kind === 'custom' ? [] : WELL_KNOWN_FILES[implementation.kind];
}
