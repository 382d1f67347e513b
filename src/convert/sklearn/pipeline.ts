import { badFile } from '../../formats/errors.js';
import { asString, attr, isNone, item, items, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { type Conversion, type EstimatorConverter, shortName } from './estimator.js';
import type { Features } from './features.js';
import { JoinedFeatures } from './joined-features.js';
import type { Methods, Transformed } from './methods.js';
import { namesOf } from './names.js';
import { prefixedNames, transformerWeight, weighted } from './union.js';

export const pipelineConverters: Record<string, EstimatorConverter> = {
  Pipeline: convertPipeline,
  FeatureUnion: convertFeatureUnion,
};

/** Steps one after another; the last one's methods are the pipeline's. Members themselves say what they refuse. */
function convertPipeline(conversion: Conversion, pipeline: Place, features: Features): Methods {
  const steps = items(attr(pipeline, 'steps')).map(step => item(step, 1));
  let passed: Transformed = { features, datatype: features.datatype };
  let infinite = true;
  let last: Methods = { transform: passed, missing: true };
  for (const [i, step] of steps.entries()) {
    if (isNone(step) || step.value === 'passthrough') {
      last = { transform: passed, missing: true };
      continue;
    }
    last = conversion.convert(step, passed.features);
    infinite &&= last.infinite === true;
    if (i === steps.length - 1) break;
    if (last.transform === undefined)
      throw badFile(`${step.path}: a ${shortName(step)} cannot be a step before others`);
    passed = last.transform;
  }
  return { ...last, missing: true, infinite };
}

/** The results of several transformers side by side. */
function convertFeatureUnion(conversion: Conversion, union: Place, features: Features): Methods {
  const { g } = conversion;
  const parts: { readonly name: string; readonly features: Features }[] = [];
  let infinite = true;
  for (const entry of items(attr(union, 'transformer_list'))) {
    const name = asString(item(entry, 0));
    const member = item(entry, 1);
    if (isNone(member) || member.value === 'drop') continue;
    let made = features;
    if (member.value !== 'passthrough') {
      const methods = conversion.convert(member, features);
      if (methods.transform === undefined) throw badFile(`${member.path}: a ${shortName(member)} transforms nothing`);
      made = methods.transform.features;
      infinite &&= methods.infinite === true;
    }
    parts.push({ name, features: weighted(g, made, transformerWeight(union, name)) });
  }
  if (parts.length === 0) throw badFile(`${union.path}.transformer_list: every transformer is dropped`);
  const prefix = optionalAttr(union, 'verbose_feature_names_out')?.value !== false;
  const names = parts.flatMap(part => prefixedNames(part.name, namesOf(part.features), prefix));
  const joined = new JoinedFeatures(
    g,
    parts.map(part => part.features),
    names,
  );
  return { transform: { features: joined, datatype: joined.datatype }, missing: true, infinite };
}
