import { readdir } from 'node:fs/promises';

/** Files whose names belong to one kind of model only; `model.json` and `model.bst` may be of several. */
const TELLING: readonly (readonly [file: RegExp, implementation: string])[] = [
  [/^model\.(joblib|pickle|pkl|skops)$/, 'mlserver_sklearn.SKLearnModel'],
  [/^model\.ubj$/, 'mlserver_xgboost.XGBoostModel'],
  [/^model\.(txt|lgb)$/, 'mlserver_lightgbm.LightGBMModel'],
  [/^model\.cbm$/, 'mlserver_catboost.CatboostModel'],
  [/^model\.onnx$/, 'modelyard.OnnxModel'],
  [/^MLmodel$/, 'mlserver_mlflow.MLflowRuntime'],
];

/** The implementation that serves what lies in a folder, when the names of its files leave no doubt. */
export async function implementationOfFolder(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const told = TELLING.filter(([file]) => names.some(name => file.test(name)));
  return told.length === 1 ? told[0][1] : undefined;
}
