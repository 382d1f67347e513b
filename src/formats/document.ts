import { ServerError } from '../core/errors.js';

/** Numbers of a document: a list of JSON, or a typed array of UBJSON. */
export type Numbers = ArrayLike<number>;

/**
 * One place in a parsed JSON or UBJSON document. Whatever is read is checked first, and a failure (INVALID_ARGUMENT) names
 * the path: "learner.objective.name: expected text, got null".
 */
export class Field {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  /** A member that must be there. */
  get(key: string): Field {
    const found = this.find(key);
    if (found === undefined) throw this.invalid(`has no '${key}'`);
    return found;
  }

  /** A member that may be absent. */
  find(key: string): Field | undefined {
    const { value } = this;
    if (!isObject(value)) throw this.invalid(`expected an object, got ${kindOf(value)}`);
    return Object.hasOwn(value, key)
      ? new Field(value[key], this.path === '' ? key : `${this.path}.${key}`)
      : undefined;
  }

  /** Every member of an object. */
  entries(): [string, Field][] {
    const { value } = this;
    if (!isObject(value)) throw this.invalid(`expected an object, got ${kindOf(value)}`);
    return Object.keys(value).map(key => [key, this.get(key)]);
  }

  get length(): number {
    return this.list().length;
  }

  /** Every element of a list. */
  items(): Field[] {
    return Array.from(this.list(), (item, i) => new Field(item, `${this.path}[${i}]`));
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.invalid(`expected text, got ${kindOf(this.value)}`);
    return this.value;
  }

  /** A number, also one written as text. */
  number(): number {
    const { value } = this;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) throw this.invalid(`expected a number, got ${show(value)}`);
    return number;
  }

  /** A whole number from `min` up to `max` (inclusive). */
  integer(min = 0, max = 0x7fffffff): number {
    const number = this.number();
    if (!Number.isInteger(number) || number < min || number > max) {
      throw this.invalid(`expected a whole number from ${min} to ${max}, got ${number}`);
    }
    return number;
  }

  texts(): string[] {
    return this.items().map(item => item.text());
  }

  /** Numbers; booleans count as 0 and 1, null as NaN. `length`: how many there must be. */
  numbers(length?: number): Numbers {
    const list = this.list();
    if (length !== undefined && list.length !== length) {
      throw this.invalid(`expected ${length} numbers, got ${list.length}`);
    }
    if (ArrayBuffer.isView(list)) return list as unknown as Numbers;
    if (list.every(item => typeof item === 'number')) return list as number[];
    return Float64Array.from(list, (item, i) => {
      if (item === null) return Number.NaN;
      if (typeof item === 'number' || typeof item === 'boolean') return Number(item);
      throw this.invalid(`expected numbers, got ${kindOf(item)} at ${i}`);
    });
  }

  /** Whole numbers from `min` up to `max` (inclusive). */
  integers(length?: number, min = 0, max = 0x7fffffff): Numbers {
    const numbers = this.numbers(length);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      if (Number.isInteger(number) && number >= min && number <= max) continue;
      throw this.invalid(`expected whole numbers from ${min} to ${max}, got ${number} at ${i}`);
    }
    return numbers;
  }

  invalid(reason: string): ServerError {
    return new ServerError('INVALID_ARGUMENT', `${this.path === '' ? 'the document' : this.path}: ${reason}`);
  }

  private list(): readonly unknown[] {
    const { value } = this;
    if (Array.isArray(value) || isNumberArray(value)) return value as readonly unknown[];
    throw this.invalid(`expected a list, got ${kindOf(value)}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function isNumberArray(value: unknown): boolean {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 80)}'` : kindOf(value);
}
