import { badFile } from '../../formats/errors.js';
import { asInt, asStrings, isNone, isObject, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { PyTuple, type PyValue } from '../../formats/pickle/values.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { PlanInput } from '../plan.js';
import { boosterFile } from './booster-files.js';
import { shortName } from './estimator.js';

/** What a model wants of a request, as far as its file says so before it is converted. */
export interface ModelInput {
  /** -1 for any number, undefined when the file does not say. */
  readonly columns: number | undefined;
  readonly names: readonly string[] | undefined;
  /** Whether a single column may come without a second dimension. */
  readonly vector: boolean;
  /** Whether columns are chosen by name, so that a frame may lack what is not used and bring what is not known. */
  readonly chooses: boolean;
}

/** Classes that take one column, as a vector, and do not store how many features they have seen. */
const VECTOR = new Set([
  'CountVectorizer',
  'TfidfVectorizer',
  'HashingVectorizer',
  'LabelEncoder',
  'LabelBinarizer',
  'IsotonicRegression',
]);

const ANY_WIDTH = new Set(['FunctionTransformer', 'DummyClassifier', 'DummyRegressor']);

/** Attributes with an estimator that is given what its owner is given. */
const MEMBERS = ['best_estimator_', 'estimator_', 'regressor_', 'estimator', 'base_estimator'];
/** Lists of such estimators, or of tuples with one; of a pipeline's steps the first counts. */
const LISTS = ['steps', 'transformer_list', 'estimators_', 'calibrated_classifiers_'];
const MAX_DEPTH = 40;

export function readModelInput(estimator: Place): ModelInput {
  const columns = firstAlong(estimator, 'n_features_in_', MAX_DEPTH);
  const names = firstAlong(estimator, 'feature_names_in_', MAX_DEPTH);
  const vector = columns === 'vector';
  const input = {
    columns: vector ? 1 : columns === undefined ? anyWidth(estimator) : asInt(columns),
    names: names === undefined || names === 'vector' ? undefined : asStrings(names),
    vector,
    chooses: isChooser(estimator, MAX_DEPTH),
  };
  if (input.names !== undefined && input.names.length !== input.columns) {
    throw badFile(`${estimator.path}: ${input.names.length} feature names for ${input.columns} columns`);
  }
  return input;
}

/** What the request's columns turned out to be used for. */
export function inputTypes(g: GraphBuilder, { vector, chooses }: ModelInput): PlanInput['types'] {
  const read = g.columnTypes();
  const text = read.some(type => type === 'text' || type === 'any');
  const types = read.map(type => (type !== 'unused' || chooses ? type : text ? 'any' : 'number'));
  return types.every(type => type === 'number') && !vector ? 'number' : types;
}

/** An attribute of the estimator or of the first member that has it; 'vector' when a class that takes one comes first. */
function firstAlong(estimator: Place, name: InputAttribute, depth: number): Place | 'vector' | undefined {
  const own = ownAttribute(estimator, name);
  if (own !== undefined && !isNone(own)) return own;
  if (VECTOR.has(shortName(estimator))) return 'vector';
  if (depth === 0) return undefined;
  for (const member of members(estimator)) {
    const found = firstAlong(member, name, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

type InputAttribute = 'n_features_in_' | 'feature_names_in_';

/** An estimator's own attribute; for boosters of other libraries what their model says. */
function ownAttribute(estimator: Place, name: InputAttribute): Place | undefined {
  const booster = boosterFile(estimator);
  if (booster === undefined) return optionalAttr(estimator, name);
  const { features, featureNames } = booster.model;
  if (name === 'n_features_in_') return { path: estimator.path, value: features };
  // LightGBM makes names up where it was given none.
  const named = featureNames.length === features && featureNames.some((given, i) => given !== `Column_${i}`);
  return named ? { path: estimator.path, value: [...featureNames] } : undefined;
}

/** Some have not looked at what they were fitted on (dummies up to 1.3): they take as many features as come. */
function anyWidth(estimator: Place): number | undefined {
  return ANY_WIDTH.has(shortName(estimator)) ? -1 : undefined;
}

function isChooser(estimator: Place, depth: number): boolean {
  if (shortName(estimator) === 'ColumnTransformer') return true;
  const passes = optionalAttr(estimator, 'steps') ?? optionalAttr(estimator, 'best_estimator_');
  if (passes === undefined || depth === 0) return false;
  const [first] = members(estimator);
  return first !== undefined && isChooser(first, depth - 1);
}

function members(estimator: Place): Place[] {
  const found: Place[] = [];
  for (const name of MEMBERS) {
    const member = optionalAttr(estimator, name);
    if (member !== undefined && isObject(member)) found.push(member);
  }
  for (const name of LISTS) {
    const list = optionalAttr(estimator, name);
    if (!Array.isArray(list?.value)) continue;
    for (const item of list.value) {
      const value: PyValue = item instanceof PyTuple ? (item.items[1] ?? null) : item;
      const place = { path: list.path, value };
      if (isObject(place)) found.push(place);
    }
  }
  return found;
}
