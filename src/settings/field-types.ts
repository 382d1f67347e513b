import type { Parameters } from '../core/tensor.js';
import { isObject } from './json-object.js';
import { describe, type Place, SettingsError } from './settings-error.js';

/** How one kind of value is read; what it becomes in the program is `T`. */
export interface FieldType<T> {
  /** What messages say a value must be: "an integer". */
  readonly expected: string;
  /** Whether a variable's text is the value itself or JSON of it. */
  readonly inEnvironment: 'text' | 'json';
  /** Undefined for what is not of this type; throws a SettingsError for a bad part of what is. */
  convert(value: unknown, at: Place): T | undefined;
}

/** A value of this type. Throws a SettingsError that says what was expected at that place and what was found. */
export function parseAs<T>(type: FieldType<T>, value: unknown, at: Place): T {
  const converted = type.convert(value, at);
  if (converted === undefined) throw new SettingsError(at, type.expected, describe(value));
  return converted;
}

/** A type whose values have no parts. */
export function scalar<T>(expected: string, convert: (value: unknown) => T | undefined): FieldType<T> {
  return { expected, inEnvironment: 'text', convert };
}

export const text: FieldType<string> = scalar('a string', value => (typeof value === 'string' ? value : undefined));

const TRUTH: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, 1, 'true', 'yes', 'on', '1', 't', 'y'].map(word => [word, true] as const),
  ...[false, 0, 'false', 'no', 'off', '0', 'f', 'n'].map(word => [word, false] as const),
]);

/** Also 1 and 0, and the usual words in any case. */
export const boolean: FieldType<boolean> = scalar('true or false', value =>
  TRUTH.get(typeof value === 'string' ? value.toLowerCase() : value),
);

const DECIMAL = /^\s*[+-]?(\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const WHOLE = /^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/;

/** Numbers, text of numbers, and booleans as 1 and 0; undefined for all else. */
function toNumber(value: unknown, form: RegExp): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') return form.test(value) ? Number(value.replaceAll('_', '')) : undefined;
  return typeof value === 'number' ? value : undefined;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

function rangeText({ min, max }: Range): string {
  if (min === undefined) return '';
  return max === undefined ? ` of ${min} or more` : ` from ${min} to ${max}`;
}

export function integer(range: Range = {}): FieldType<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  return scalar(`an integer${rangeText(range)}`, value => {
    const number = toNumber(value, WHOLE);
    return number !== undefined && Number.isInteger(number) && number >= min && number <= max ? number : undefined;
  });
}

/** Timers take no more than 2^31 - 1 milliseconds. */
const MAX_SECONDS = 2_147_483;

/** Written in seconds, read as milliseconds. */
export const seconds: FieldType<number> = scalar(`seconds from 0 to ${MAX_SECONDS}`, value => {
  const number = toNumber(value, DECIMAL);
  return number !== undefined && number >= 0 && number <= MAX_SECONDS ? number * 1000 : undefined;
});

/** Written in whole seconds, read as milliseconds. */
export const wholeSeconds: FieldType<number> = scalar(`whole seconds from 0 to ${MAX_SECONDS}`, value => {
  const number = toNumber(value, WHOLE);
  const whole = number !== undefined && Number.isInteger(number) && number >= 0 && number <= MAX_SECONDS;
  return whole ? number * 1000 : undefined;
});

export function oneOf<const T extends string>(...words: readonly T[]): FieldType<T> {
  return scalar(`one of ${words.join(', ')}`, value => words.find(word => word === value));
}

export const jsonObject: FieldType<Parameters> = {
  expected: 'an object',
  inEnvironment: 'json',
  convert: value => (isObject(value) ? value : undefined),
};

/** A path, or the content itself as an object. A variable always holds a path. */
export const textOrObject: FieldType<string | Parameters> = scalar('a string or an object', value =>
  typeof value === 'string' || isObject(value) ? value : undefined,
);

export function listOf<T>(type: FieldType<T>): FieldType<readonly T[]> {
  return {
    expected: `a list (each item ${type.expected})`,
    inEnvironment: 'json',
    convert(value, at) {
      if (!Array.isArray(value)) return undefined;
      return value.map((item: unknown, i) => parseAs(type, item, { ...at, field: `${at.field}[${i}]` }));
    },
  };
}

export function nullable<T>(type: FieldType<T>): FieldType<T | null> {
  return {
    expected: `${type.expected} or null`,
    inEnvironment: type.inEnvironment,
    convert: (value, at) => (value === null ? null : type.convert(value, at)),
  };
}
