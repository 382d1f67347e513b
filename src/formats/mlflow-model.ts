/**
 * `MLmodel`, the file that makes a folder a model of MLflow:
 *
 *   flavors:                               by library: which file holds the model; python_function stands in all of them
 *     sklearn: {pickled_model: model.pkl, ...}
 *     python_function: {predict_fn: predict, ...}
 *   signature:
 *     inputs: '[{"name": "age", "type": "long"}, ...]'     columns of a frame, or tensors:
 *     outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
 */
import type { Datatype } from '../core/datatype.js';
import type { ModelSignature } from '../core/model-interface.js';
import type { TensorMetadata } from '../core/protocol.js';
import { Field } from './document.js';
import { badFile } from './errors.js';
import { parseJson } from './json-bounded.js';
import { parseYamlSubset } from './yaml-subset.js';

/** Flavours that can be served, with the member that names the model's file. */
const FILE_OF = {
  sklearn: 'pickled_model',
  xgboost: 'data',
  lightgbm: 'data',
  catboost: 'data',
  onnx: 'data',
} as const;
export type MlflowFlavor = keyof typeof FILE_OF;
const FLAVORS = Object.keys(FILE_OF) as MlflowFlavor[];

export interface MlflowModel {
  readonly flavor: MlflowFlavor;
  /** As written: relative to the folder, unchecked. */
  readonly file: string;
  /** Of scikit-learn's models: the method that answers. */
  readonly predictMethod?: string;
  readonly signature?: ModelSignature;
}

type Element = readonly [datatype: Datatype, contentType: string];

const COLUMN_TYPES: ReadonlyMap<string, Element> = new Map<string, Element>([
  ['boolean', ['BOOL', 'np']],
  ['integer', ['INT32', 'np']],
  ['long', ['INT64', 'np']],
  ['float', ['FP32', 'np']],
  ['double', ['FP64', 'np']],
  ['string', ['BYTES', 'str']],
  ['binary', ['BYTES', 'base64']],
  ['datetime', ['BYTES', 'datetime']],
  ['array', ['BYTES', 'pd_json']],
  ['object', ['BYTES', 'pd_json']],
  ['map', ['BYTES', 'pd_json']],
]);

/** numpy's names of element types. */
const TENSOR_TYPES: ReadonlyMap<string, Datatype> = new Map<string, Datatype>([
  ['bool', 'BOOL'],
  ['uint8', 'UINT8'],
  ['uint16', 'UINT16'],
  ['uint32', 'UINT32'],
  ['uint64', 'UINT64'],
  ['int8', 'INT8'],
  ['int16', 'INT16'],
  ['int32', 'INT32'],
  ['int64', 'INT64'],
  ['float16', 'FP16'],
  ['float32', 'FP32'],
  ['float64', 'FP64'],
  ['object', 'BYTES'],
  ['str', 'BYTES'],
  ['bytes', 'BYTES'],
]);

/** Throws INVALID_ARGUMENT for what is no such file, and for a model of flavours that cannot be served, by name. */
export function readMlflowModel(text: string): MlflowModel {
  const root = new Field(parseYamlSubset(text), '');
  const flavors = root.get('flavors');
  const flavor = FLAVORS.find(name => flavors.find(name) !== undefined);
  if (flavor === undefined) {
    const found = flavors.entries().map(([name]) => name);
    throw badFile(`the model has the flavours ${found.join(', ')}, served are ${FLAVORS.join(', ')}`);
  }
  const own = flavors.get(flavor);
  if (own.find('model_type')?.value === 'CatBoost') {
    throw badFile(
      'the model is a plain CatBoost, whose raw answers are not served: save a CatBoostClassifier or -Regressor',
    );
  }
  const signature = root.find('signature');
  const method = flavor === 'sklearn' ? flavors.find('python_function')?.find('predict_fn') : undefined;
  return {
    flavor,
    file: own.get(FILE_OF[flavor]).text(),
    predictMethod: method?.text(),
    signature: signature === undefined || signature.value === null ? undefined : readSignature(signature),
  };
}

function readSignature(signature: Field): ModelSignature {
  const inputs = schema(signature, 'inputs');
  const frame = inputs.some(item => !isTensor(item));
  const named = inputs.some(item => item.find('name') !== undefined);
  return {
    inputs: inputs.map((item, i) => tensorOf(item, `input-${i}`)),
    outputs: schema(signature, 'outputs').map((item, i) => tensorOf(item, `output-${i}`)),
    contentType: frame ? 'pd' : named ? 'dict' : 'np',
  };
}

/** JSON inside of a YAML text; null where the model was logged without. */
function schema(signature: Field, member: string): Field[] {
  const text = signature.find(member);
  if (text === undefined || text.value === null) return [];
  return new Field(parseJson(new TextEncoder().encode(text.text())), text.path).items();
}

function isTensor(item: Field): boolean {
  return item.get('type').text() === 'tensor';
}

function tensorOf(item: Field, unnamed: string): TensorMetadata {
  const name = item.find('name')?.text() ?? unnamed;
  if (!isTensor(item)) {
    const type = COLUMN_TYPES.get(item.get('type').text());
    if (type === undefined) throw item.get('type').invalid(`'${item.get('type').text()}' is no type of a column`);
    return { name, datatype: type[0], shape: [-1, 1], parameters: { content_type: type[1] } };
  }
  const spec = item.get('tensor-spec');
  const dtype = spec.get('dtype').text();
  const datatype = TENSOR_TYPES.get(dtype) ?? (/^[<>|]?[US]\d+$/.test(dtype) ? 'BYTES' : undefined);
  if (datatype === undefined) throw spec.invalid(`the protocol has no datatype for '${dtype}'`);
  const shape = Array.from(spec.get('shape').integers(undefined, -1));
  return { name, datatype, shape, parameters: { content_type: 'np' } };
}
