/** Small models as their libraries would write them, to be changed by tests. */

/** One tree: x0 < 0.5 ? 1 : 2. */
export function xgboostDocument() {
  const tree = {
    id: 0,
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_indices: [0, 0, 0],
    split_conditions: [0.5, 1, 2],
    default_left: [0, 0, 0],
    split_type: [0, 0, 0],
    categories: [] as number[],
    categories_nodes: [] as number[],
    categories_segments: [] as number[],
    categories_sizes: [] as number[],
    tree_param: { size_leaf_vector: '1' },
  };
  return {
    version: [2, 0, 0],
    learner: {
      attributes: {} as Record<string, unknown>,
      feature_names: ['a', 'b'] as unknown[],
      objective: { name: 'reg:squarederror' },
      learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: '2', num_target: '1' },
      gradient_booster: {
        name: 'gbtree',
        model: {
          gbtree_model_param: { num_parallel_tree: '1' },
          iteration_indptr: [0, 1],
          tree_info: [0],
          trees: [tree],
        },
      },
    },
  };
}

export type XgboostDocument = ReturnType<typeof xgboostDocument>;

/** One tree: x0 <= 0.5 (missing goes left) ? 1 : (x1 is category 0 or 2 ? 2 : 3). */
export const LIGHTGBM_TEXT = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=regression
feature_names=Column_0 Column_1

Tree=0
num_leaves=3
num_cat=1
split_feature=0 1
threshold=0.5 0
decision_type=2 1
left_child=-1 -2
right_child=1 -3
leaf_value=1 2 3
cat_boundaries=0 1
cat_threshold=5
is_linear=0
shrinkage=1


end of trees
`;

/** One tree: x0 > 0.5 ? 2 : 1. */
export function catboostDocument() {
  const feature = {
    feature_index: 0,
    flat_feature_index: 0,
    borders: [0.5],
    feature_id: '',
    nan_value_treatment: 'AsIs',
  };
  const split = { float_feature_index: 0, border: 0.5 };
  return {
    features_info: { float_features: [feature], categorical_features: [] as unknown[] },
    model_info: {
      params: { loss_function: { type: 'Logloss' } },
      class_params: { class_names: [0, 1] as unknown[], class_to_label: [0, 1] },
    } as {
      params: { loss_function: { type: string } };
      class_params: { class_names: unknown[]; class_to_label: number[] };
    },
    oblivious_trees: [{ leaf_values: [1, 2], splits: [split] }],
    scale_and_bias: [1, [0]] as unknown[],
  };
}

export type CatboostDocument = ReturnType<typeof catboostDocument>;
