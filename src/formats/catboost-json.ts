import { ServerError } from '../core/errors.js';
import {
  type CatboostFeature,
  type CatboostModel,
  type CatboostSplit,
  type CatboostTree,
  layOutColumns,
  readClasses,
} from './catboost-model.js';
import { Field } from './document.js';
import { parseJson } from './json-bounded.js';

/** Reads CatBoost's `.json` form. */
export function readCatboostJson(bytes: Uint8Array): CatboostModel {
  const root = new Field(parseJson(bytes), '');
  const info = root.get('features_info');
  for (const kind of ['categorical_features', 'ctrs', 'text_features', 'embedding_features']) {
    if ((info.find(kind)?.length ?? 0) > 0) {
      throw new ServerError('INVALID_ARGUMENT', `CatBoost models with ${kind} are not supported`);
    }
  }
  const features = new Map<number, CatboostFeature>();
  for (const field of info.get('float_features').items()) {
    features.set(field.get('feature_index').integer(), readFeature(field));
  }
  const splitOf = (field: Field): CatboostSplit => {
    const index = field.get('float_feature_index').integer();
    const feature = features.get(index);
    if (feature === undefined) throw field.invalid(`there is no feature ${index}`);
    return { column: feature.column, border: Math.fround(field.get('border').number()), missing: feature.missing };
  };
  const oblivious = root.find('oblivious_trees')?.items();
  const trees =
    oblivious?.map(tree => symmetricTree(tree, splitOf)) ??
    root
      .get('trees')
      .items()
      .map(tree => nodeTree(tree, splitOf));
  if (trees.length === 0) throw root.invalid('no trees');
  const { dimension } = trees[0];
  trees.forEach((tree, t) => {
    if (Number.isInteger(tree.dimension) && tree.dimension === dimension && dimension >= 1) return;
    throw root.invalid(`tree ${t} has ${tree.dimension} numbers per leaf, expected ${dimension}`);
  });
  const [scale, bias] = root.find('scale_and_bias')?.items() ?? [];
  const about = root.get('model_info');
  return {
    ...layOutColumns([...features.values()]),
    dimension,
    trees: trees.map(({ tree }) => tree),
    scale: scale?.number() ?? 1,
    bias: bias === undefined ? [] : Array.from(bias.numbers()),
    loss: about.find('params')?.find('loss_function')?.get('type').text() ?? '',
    libraryVersion: about.find('catboost_version_info')?.text() ?? '',
    classes: readClasses(about.find('class_params') ?? about.find('multiclass_params')),
    threshold: about.find('binclass_probability_threshold')?.number() ?? 0.5,
  };
}

function readFeature(field: Field): CatboostFeature {
  return {
    column: field.get('flat_feature_index').integer(),
    name: field.find('feature_name')?.text() ?? field.find('feature_id')?.text() ?? '',
    borders: field.find('borders')?.value == null ? [] : field.get('borders').numbers(),
    missing: field.find('nan_value_treatment')?.text() === 'AsTrue' ? 'yes' : 'no',
  };
}

type SplitOf = (field: Field) => CatboostSplit;

interface ReadTree {
  readonly tree: CatboostTree;
  /** Numbers per leaf. */
  readonly dimension: number;
}

function symmetricTree(tree: Field, splitOf: SplitOf): ReadTree {
  // A tree of no question has null for its list of questions.
  const field = tree.find('splits');
  const splits = field?.value == null ? [] : field.items().map(splitOf);
  const values = tree.get('leaf_values').numbers();
  return { tree: { splits, values }, dimension: values.length / 2 ** splits.length };
}

/** Objects in objects -> lists of nodes and leaves. */
function nodeTree(root: Field, splitOf: SplitOf): ReadTree {
  const splits: CatboostSplit[] = [];
  const no: number[] = [];
  const yes: number[] = [];
  const values: number[] = [];
  let leaves = 0;
  const open: { field: Field; set: (child: number) => void }[] = [{ field: root, set: () => {} }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { field, set } = next;
    const leaf = field.find('value');
    if (leaf !== undefined) {
      const numbers = Array.isArray(leaf.value) ? leaf.numbers() : [leaf.number()];
      for (let i = 0; i < numbers.length; i++) values.push(numbers[i]);
      set(-++leaves);
      if (values.length !== leaves * numbers.length)
        throw leaf.invalid('another number of values than at other leaves');
      continue;
    }
    const node = splits.push(splitOf(field.get('split'))) - 1;
    set(node);
    no.push(node);
    yes.push(node);
    open.push({ field: field.get('left'), set: child => (no[node] = child) });
    open.push({ field: field.get('right'), set: child => (yes[node] = child) });
  }
  return { tree: { splits, no, yes, values }, dimension: values.length / leaves };
}
