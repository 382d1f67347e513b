import { type LightgbmModel, parseLightgbm } from '../../formats/lightgbm.js';
import { asNumber, attr, className, optionalAttr, type Place, unexpected } from '../../formats/pickle/access.js';
import { PyObject } from '../../formats/pickle/values.js';
import { parseXgboost } from '../../formats/xgboost.js';
import type { XgboostModel } from '../../formats/xgboost-model.js';

/** Models of other libraries inside a Python file: their own file forms, as one attribute of an object. */
export type BoosterFile =
  | { readonly library: 'xgboost'; readonly model: XgboostModel }
  | { readonly library: 'lightgbm'; readonly model: LightgbmModel };

const parsed = new WeakMap<PyObject, BoosterFile>();

/** The booster of a Booster object, or of a fitted estimator that holds one; undefined for all other objects. */
export function boosterFile(place: Place): BoosterFile | undefined {
  const [library] = className(place).split('.');
  if (library !== 'xgboost' && library !== 'lightgbm') return undefined;
  const booster = className(place).endsWith('.Booster') ? place : optionalAttr(place, '_Booster');
  if (!(booster?.value instanceof PyObject)) return undefined;
  let file = parsed.get(booster.value);
  if (file === undefined) {
    file = library === 'xgboost' ? { library, model: readXgboost(booster) } : { library, model: readLightgbm(booster) };
    parsed.set(booster.value, file);
  }
  return file;
}

function readXgboost(booster: Place): XgboostModel {
  const handle = attr(booster, 'handle');
  if (handle.value instanceof Uint8Array) return parseXgboost(handle.value);
  throw unexpected(handle, 'bytes');
}

/** Rounds after the best one are not used. */
function readLightgbm(booster: Place): LightgbmModel {
  const handle = optionalAttr(booster, '_handle') ?? attr(booster, 'handle');
  if (typeof handle.value !== 'string') throw unexpected(handle, 'a string');
  const model = parseLightgbm(Buffer.from(handle.value));
  const best = optionalAttr(booster, 'best_iteration');
  const rounds = best === undefined || best.value === null ? 0 : asNumber(best);
  return rounds > 0 ? { ...model, trees: model.trees.slice(0, rounds * model.treesPerRound) } : model;
}
