import type { Parameters } from '../core/tensor.js';
import type { FieldType } from './field-types.js';

/** One setting: its name in files (the variable has the same in upper case) and how it is read. */
export interface Field<T> {
  readonly kind: 'field';
  readonly name: string;
  /** Other names under which the field was ever documented. */
  readonly aliases: readonly string[];
  readonly type: FieldType<T>;
  /** Absent: the field must be given. */
  readonly fallback?: T;
}

/** An object with fields of its own, each with its own variable. Null when it is optional and nowhere given. */
export interface Section<F extends Fields, Optional extends boolean> {
  readonly kind: 'section';
  readonly name: string;
  readonly fields: F;
  readonly optional: Optional;
}

/** Everything in the object that no field of its section reads. */
export interface Rest {
  readonly kind: 'rest';
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds fields of every type
export type Entry = Field<any> | Section<any, boolean> | Rest;

/** A table of settings: the key is the name in the program. */
export interface Fields {
  readonly [key: string]: Entry;
}

/** What reading a table gives. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T>
    ? T
    : F[K] extends Section<infer S, infer Optional>
      ? Values<S> | (Optional extends true ? null : never)
      : Parameters;
};

export function field<T>(name: string, type: FieldType<T>, fallback: NoInfer<T>, aliases: string[] = []): Field<T> {
  return { kind: 'field', name, aliases, type, fallback };
}

export function required<T>(name: string, type: FieldType<T>): Field<T> {
  return { kind: 'field', name, aliases: [], type };
}

export function section<F extends Fields>(name: string, fields: F): Section<F, false> {
  return { kind: 'section', name, fields, optional: false };
}

export function optionalSection<F extends Fields>(name: string, fields: F): Section<F, true> {
  return { kind: 'section', name, fields, optional: true };
}

export const rest: Rest = { kind: 'rest' };
