import { ServerError } from '../core/errors.js';

/** Where a value was written. */
export interface Place {
  /** A file's path, or 'environment'. */
  readonly source: string;
  /** A field ('parameters.uri', 'inputs[0].shape') or a variable's name; absent when the source as a whole is meant. */
  readonly field?: string;
}

/** A setting that cannot be used; the message says where it stands, what was expected and what was found. */
export class SettingsError extends ServerError {
  constructor(at: Place, expected: string, found: string) {
    const where = at.field === undefined ? at.source : `${at.source}: field '${at.field}'`;
    super('INVALID_ARGUMENT', `${where}: expected ${expected}, found ${found}`);
    this.name = 'SettingsError';
  }
}

const MAX_SHOWN = 60;

/** A value as messages show it: scalars as JSON (long text is cut), containers by kind. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value);
}
