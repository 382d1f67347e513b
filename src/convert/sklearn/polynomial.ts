import { badFile } from '../../formats/errors.js';
import { asBool, asInt, attr, isNone, item, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { type Round, remade } from './elementwise-features.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import type { Features } from './features.js';
import type { Methods } from './methods.js';
import { namesOf } from './names.js';

export const polynomialConverters: Record<string, EstimatorConverter> = { PolynomialFeatures: convertPolynomial };

/** Products of features may be this many. */
const MAX_PRODUCTS = 1 << 20;

/** All products of up to so many features, in order of their degree and then of their features. */
function convertPolynomial({ g }: Conversion, estimator: Place, features: Features): Methods {
  const [least, most] = degrees(estimator);
  const distinct = asBool(attr(estimator, 'interaction_only'));
  const bias = asBool(attr(estimator, 'include_bias'));
  const datatype = floatOf(features.datatype);
  const parts: Ref[] = [];
  const factors: (readonly number[])[] = [];
  let total = 0;
  if (bias) {
    // One per row, made of the first column so that it has as many rows.
    const first = g.take(features.matrix(), [0]);
    parts.push(g.cast(g.equal(first, first), 'f64'));
    factors.push([]);
  }
  const levels = new Levels(g, features.matrix(), distinct, value => rounded(g, value, datatype));
  for (let degree = 1; degree <= most; degree++) {
    if (degree > 1) levels.next();
    if (levels.factors.length === 0) break;
    if ((total += levels.factors.length) > MAX_PRODUCTS)
      throw badFile(`${estimator.path}: more than ${MAX_PRODUCTS} products cannot be served`);
    if (degree < least) continue;
    parts.push(levels.values);
    for (const own of levels.factors) factors.push(own);
  }
  if (parts.length === 0) throw badFile(`${estimator.path}: degree [${least},${most}] makes no features`);
  const names = factors.map(own => productName(namesOf(features), own));
  return { transform: remade(g, features, names, g.concat(parts)), missing: false };
}

function degrees(estimator: Place): readonly [least: number, most: number] {
  const stored = optionalAttr(estimator, '_max_degree');
  if (stored !== undefined && !isNone(stored)) return [asInt(attr(estimator, '_min_degree')), asInt(stored)];
  const degree = attr(estimator, 'degree');
  if (typeof degree.value === 'number') return [0, degree.value];
  return [asInt(item(degree, 0)), asInt(item(degree, 1))];
}

/** The products of one degree after another: each is a feature times a product of the degree before. */
class Levels {
  factors: readonly (readonly number[])[];
  values: Ref;

  constructor(
    private readonly g: GraphBuilder,
    private readonly x: Ref,
    private readonly distinct: boolean,
    private readonly round: Round,
  ) {
    this.values = x;
    this.factors = Array.from({ length: x.shape[1] }, (_, feature) => [feature]);
  }

  next(): void {
    const firsts: number[] = [];
    const rests: number[] = [];
    const factors: (readonly number[])[] = [];
    for (let feature = 0; feature < this.x.shape[1]; feature++) {
      for (const [i, rest] of this.factors.entries()) {
        if (rest[0] < feature || (this.distinct && rest[0] === feature)) continue;
        firsts.push(feature);
        rests.push(i);
        factors.push([feature, ...rest]);
        if (factors.length > MAX_PRODUCTS) throw badFile(`more than ${MAX_PRODUCTS} products cannot be served`);
      }
    }
    this.factors = factors;
    const { g } = this;
    if (factors.length > 0) this.values = this.round(g.mul(g.take(this.values, rests), g.take(this.x, firsts)));
  }
}

/** 'x0^2 x1' */
function productName(names: readonly string[], factors: readonly number[]): string {
  if (factors.length === 0) return '1';
  const powers = new Map<number, number>();
  for (const feature of factors) powers.set(feature, (powers.get(feature) ?? 0) + 1);
  return [...powers].map(([feature, power]) => (power === 1 ? names[feature] : `${names[feature]}^${power}`)).join(' ');
}
