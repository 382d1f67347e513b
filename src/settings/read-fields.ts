import type { Parameters, ParameterValue } from '../core/tensor.js';
import type { Environment, Variable } from './env.js';
import { type FieldType, jsonObject, nullable, parseAs } from './field-types.js';
import type { Entry, Field, Fields, Section, Values } from './fields.js';
import { dropPrototype, entriesOf } from './json-object.js';
import { nearestName } from './nearest-name.js';
import { describe, type Place, SettingsError } from './settings-error.js';

/** An object that settings may stand in, and how messages name its fields. */
export interface Layer {
  readonly source: string;
  /** What precedes a field's name: 'parameters.', or '' at the top. */
  readonly path: string;
  readonly values: ReadonlyMap<string, ParameterValue>;
}

/** Where the values of one table come from: objects, strongest first, then variables that start with one of `prefixes`. */
export interface Sources {
  readonly layers: readonly Layer[];
  readonly environment: Environment;
  readonly prefixes: readonly string[];
  /** Is told of names that look misspelt. */
  readonly warn: (message: string) => void;
}

/** Reads a whole table. A value that cannot be used, and a required one that is missing, throw a SettingsError. */
export function readFields<F extends Fields>(fields: F, sources: Sources): Values<F> {
  const known = new Set(Object.values(fields).flatMap(namesOf));
  const values = Object.entries(fields).map(([key, entry]) => [key, readEntry(entry, known, sources)] as const);
  if (Object.values(fields).every(entry => entry.kind !== 'rest')) warnOfMisspelt(known, sources);
  return Object.fromEntries(values) as Values<F>;
}

function namesOf(entry: Entry): readonly string[] {
  if (entry.kind === 'rest') return [];
  return entry.kind === 'field' ? [entry.name, ...entry.aliases] : [entry.name];
}

function readEntry(entry: Entry, known: ReadonlySet<string>, sources: Sources): unknown {
  switch (entry.kind) {
    case 'field':
      return readField(entry, sources);
    case 'section':
      return readSection(entry, sources);
    case 'rest':
      return restOf(known, sources.layers);
    default:
      return entry satisfies never;
  }
}

function readField<T>(entry: Field<T>, sources: Sources): T {
  const names = namesOf(entry);
  for (const layer of sources.layers) {
    for (const name of names) {
      const value = layer.values.get(name);
      if (value !== undefined) return parseAs(entry.type, value, placeIn(layer, name));
    }
  }
  const [variable] = variablesOf(names, sources);
  if (variable !== undefined) return parseAs(entry.type, variableValue(variable, entry.type), variable.at);
  if (entry.fallback !== undefined) return entry.fallback;
  const [place = { source: 'environment', path: '' }] = sources.layers;
  throw new SettingsError(placeIn(place, entry.name), entry.type.expected, 'nothing');
}

/** Objects of all sources are merged key by key: the file's, then those that variables hold as JSON. */
function readSection({ name, fields, optional }: Section<Fields, boolean>, sources: Sources): unknown {
  const type = nullable(jsonObject);
  const layers: Layer[] = [];
  for (const layer of sources.layers) {
    const value = layer.values.get(name);
    if (value === undefined) continue;
    const object = parseAs(type, value, placeIn(layer, name));
    if (object !== null)
      layers.push({ source: layer.source, path: `${layer.path}${name}.`, values: entriesOf(object) });
    else if (optional) return null;
  }
  for (const variable of variablesOf([name], sources)) {
    const { source, field } = variable.at;
    const object = parseAs(type, variableValue(variable, type), variable.at);
    if (object !== null) layers.push({ source, path: `${field}.`, values: entriesOf(object) });
  }
  return optional && layers.length === 0 ? null : readFields(fields, { ...sources, layers });
}

/** What none of the fields reads; of two values for one key the stronger layer's. */
function restOf(known: ReadonlySet<string>, layers: readonly Layer[]): Parameters {
  const weakestFirst = layers.toReversed().flatMap(layer => [...layer.values]);
  return Object.fromEntries(weakestFirst.filter(([name]) => !known.has(name)));
}

function warnOfMisspelt(known: ReadonlySet<string>, { layers, warn }: Sources): void {
  for (const layer of layers) {
    for (const name of layer.values.keys()) {
      const meant = known.has(name) ? undefined : nearestName(name, known);
      if (meant === undefined) continue;
      warn(`${layer.source}: unknown field '${layer.path}${name}' is ignored; did you mean '${layer.path}${meant}'?`);
    }
  }
}

function placeIn(layer: Pick<Layer, 'source' | 'path'>, name: string): Place {
  return { source: layer.source, field: `${layer.path}${name}` };
}

function variableNames(names: readonly string[], sources: Sources): string[] {
  return sources.prefixes.flatMap(prefix => names.map(name => `${prefix}${name.toUpperCase()}`));
}

function variablesOf(names: readonly string[], sources: Sources): Variable[] {
  return sources.environment.findAll(variableNames(names, sources));
}

function variableValue({ text, at }: Variable, type: FieldType<unknown>): unknown {
  if (type.inEnvironment === 'text') return text;
  try {
    return JSON.parse(text, dropPrototype);
  } catch {
    throw new SettingsError(at, `${type.expected}, written as JSON`, describe(text));
  }
}
