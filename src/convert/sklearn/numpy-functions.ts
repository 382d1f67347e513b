import { asDict, asNumber, globalName, isNone, type Place } from '../../formats/pickle/access.js';
import { PyDict, PyGlobal, PyObject, PyTuple, type PyValue } from '../../formats/pickle/values.js';
import type { ElementFunction } from '../../kernels/elementwise.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { unsupported } from './estimator.js';

/** Numbers of any shape and the datatype numpy would have. */
export interface Numbers {
  readonly value: Ref;
  readonly datatype: OutputDatatype;
}

/** What a function makes of a datatype: whole numbers stay whole, become floats, or any numbers become true or false. */
type Result = 'same' | 'float' | 'bool';
type Apply = (g: GraphBuilder, x: Ref, keywords: Keywords) => Ref;
type Keywords = ReadonlyMap<string, number>;

const same = (apply: Apply): readonly [Result, Apply] => ['same', apply];
const float = (apply: Apply): readonly [Result, Apply] => ['float', apply];
const element = (name: ElementFunction) => float((g, x) => elementwise(g, name, x));

/** Functions of single numbers, by the name numpy or scipy has for them; keywords besides those named here are refused. */
const FUNCTIONS = new Map<string, readonly [result: Result, apply: Apply, keywords?: readonly string[]]>([
  ['abs', same((g, x) => g.abs(x))],
  ['absolute', same((g, x) => g.abs(x))],
  ['fabs', float((g, x) => g.abs(x))],
  ['negative', same((g, x) => g.neg(x))],
  ['positive', same((_, x) => x)],
  ['asarray', same((_, x) => x)],
  ['array', same((_, x) => x)],
  ['check_array', same((_, x) => x)],
  ['sign', same((g, x) => g.where(g.isNaN(x), x, g.sign(x)))],
  ['square', same((g, x) => g.square(x))],
  ['exp', float((g, x) => g.exp(x))],
  ['log', float((g, x) => g.log(x))],
  ['sqrt', float((g, x) => g.sqrt(x))],
  ['sin', float((g, x) => g.sin(x))],
  ['cos', float((g, x) => g.cos(x))],
  ['floor', float((g, x) => g.floor(x))],
  ['ceil', float((g, x) => g.ceil(x))],
  ['rint', float((g, x) => g.round(x))],
  ['fix', element('trunc')],
  ['degrees', float((g, x) => g.mul(x, 180 / Math.PI))],
  ['rad2deg', float((g, x) => g.mul(x, 180 / Math.PI))],
  ['radians', float((g, x) => g.mul(x, Math.PI / 180))],
  ['deg2rad', float((g, x) => g.mul(x, Math.PI / 180))],
  ['expit', float((g, x) => g.sigmoid(x))],
  ['logit', float((g, x) => g.log(g.div(x, g.sub(1, x))))],
  ['isnan', ['bool', (g, x) => g.cast(g.isNaN(x), 'f64')]],
  ['isfinite', ['bool', (g, x) => g.cast(g.equal(g.sub(x, x), 0), 'f64')]],
  ['isinf', ['bool', (g, x) => g.cast(g.equal(g.abs(x), Number.POSITIVE_INFINITY), 'f64')]],
  ['clip', ['same', clip, ['a_min', 'a_max', 'min', 'max']]],
  ['round', ['same', round, ['decimals']]],
  ['around', ['same', round, ['decimals']]],
  ['round_', ['same', round, ['decimals']]],
  ['nan_to_num', ['same', nanToNum, ['nan', 'posinf', 'neginf']]],
  ...(
    [
      ...['log1p', 'expm1', 'log2', 'log10', 'exp2', 'cbrt', 'trunc', 'tan', 'arcsin', 'arccos', 'arctan'],
      ...['sinh', 'cosh', 'tanh', 'arcsinh', 'arccosh', 'arctanh'],
    ] as ElementFunction[]
  ).map(name => [name, element(name)] as const),
]);

/** Functions of two numbers of which functools.partial has fixed the first. */
const OF_TWO = new Map<string, (g: GraphBuilder, fixed: number, x: Ref) => Ref>([
  ['add', (g, fixed, x) => g.add(fixed, x)],
  ['subtract', (g, fixed, x) => g.sub(fixed, x)],
  ['multiply', (g, fixed, x) => g.mul(fixed, x)],
  ['divide', (g, fixed, x) => g.div(fixed, x)],
  ['true_divide', (g, fixed, x) => g.div(fixed, x)],
  ['power', (g, fixed, x) => g.pow(fixed, x)],
  ['float_power', (g, fixed, x) => g.pow(fixed, x)],
]);

/**
 * Applies a function by name: one of numpy or scipy, or functools.partial of one; None is the identity. `keywords` is the
 * estimator's dict of further arguments, or None.
 */
export function applyFunction(g: GraphBuilder, estimator: Place, func: Place, keywords: Place, x: Numbers): Numbers {
  if (isNone(func)) return x;
  const { name, fixed, named } = calledFunction(estimator, func);
  const all = new Map(named);
  if (!isNone(keywords)) for (const [key, value] of numbersByName(keywords)) all.set(key, value);
  const ofTwo = fixed === undefined ? undefined : OF_TWO.get(name);
  if (ofTwo !== undefined && all.size === 0) {
    const datatype = floatOf(x.datatype);
    return { value: rounded(g, ofTwo(g, fixed!, x.value), datatype), datatype };
  }
  const found = fixed === undefined ? FUNCTIONS.get(name) : undefined;
  if (found === undefined) throw unsupported(estimator, `the function ${name}`);
  const [result, apply, allowed] = found;
  for (const keyword of all.keys())
    if (!allowed?.includes(keyword)) throw unsupported(estimator, `the argument ${keyword} of ${name}`);
  const value = apply(g, x.value, all);
  if (result === 'bool') return { value, datatype: 'BOOL' };
  const datatype = result === 'float' ? floatOf(x.datatype) : x.datatype;
  return { value: value === x.value ? value : rounded(g, value, datatype === 'rows' ? 'float' : datatype), datatype };
}

function elementwise(g: GraphBuilder, name: ElementFunction, x: Ref): Ref {
  return g.kernel('elementwise', { inputs: [x], params: { function: name }, outputs: [x] })[0];
}

function clip(g: GraphBuilder, x: Ref, keywords: Keywords): Ref {
  const low = keywords.get('a_min') ?? keywords.get('min');
  const high = keywords.get('a_max') ?? keywords.get('max');
  const above = low === undefined ? x : g.where(g.less(x, low), low, x);
  return high === undefined ? above : g.where(g.greater(above, high), high, above);
}

function round(g: GraphBuilder, x: Ref, keywords: Keywords): Ref {
  const decimals = keywords.get('decimals') ?? 0;
  if (decimals === 0) return g.round(x);
  const scale = 10 ** Math.abs(decimals);
  return decimals > 0 ? g.div(g.round(g.mul(x, scale)), scale) : g.mul(g.round(g.div(x, scale)), scale);
}

function nanToNum(g: GraphBuilder, x: Ref, keywords: Keywords): Ref {
  const finite = g.where(g.isNaN(x), keywords.get('nan') ?? 0, x);
  return g.clip(finite, keywords.get('neginf') ?? -Number.MAX_VALUE, keywords.get('posinf') ?? Number.MAX_VALUE);
}

interface CalledFunction {
  readonly name: string;
  /** The first argument, where functools.partial has fixed it. */
  readonly fixed: number | undefined;
  readonly named: ReadonlyMap<string, number>;
}

/** A global function, or functools.partial(function, first argument, keywords), whose state is (function, args, keywords, dict). */
function calledFunction(estimator: Place, func: Place): CalledFunction {
  const { value } = func;
  if (value instanceof PyGlobal) return { name: shortOf(globalName(func)), fixed: undefined, named: new Map() };
  if (!(value instanceof PyObject) || value.cls.text !== 'functools.partial' || !(value.state instanceof PyTuple))
    throw unsupported(estimator, 'a function that is not one of numpy or scipy');
  const [inner, args, keywords] = value.state.items;
  const fixed = args instanceof PyTuple ? args.items : [];
  if (!(inner instanceof PyGlobal) || fixed.length > 1)
    throw unsupported(estimator, 'a function that is not one of numpy or scipy');
  const name = shortOf(inner.text);
  if (name === 'check_array') return { name, fixed: undefined, named: new Map() };
  return {
    name,
    fixed: fixed.length === 0 ? undefined : asNumber({ path: `${func.path}.args[0]`, value: fixed[0] }),
    named: keywords instanceof PyDict ? numbersByName({ path: `${func.path}.keywords`, value: keywords }) : new Map(),
  };
}

function numbersByName(place: Place): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [key, value] of asDict(place).entries()) {
    if (typeof key === 'string' && value !== null) found.set(key, asNumber(at(place, key, value)));
  }
  return found;
}

function at(place: Place, key: string, value: PyValue): Place {
  return { path: `${place.path}[${JSON.stringify(key)}]`, value };
}

function shortOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
