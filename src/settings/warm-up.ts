import type { Parameters } from '../core/tensor.js';
import { Environment } from './env.js';
import { boolean, type FieldType, integer, listOf } from './field-types.js';
import { field, type Values } from './fields.js';
import { entriesOf, isObject } from './json-object.js';
import { readFields } from './read-fields.js';
import { SettingsError } from './settings-error.js';

/** The name of a file, or a V2 request itself. */
const sample: FieldType<string | Parameters> = {
  expected: 'the name of a file or a V2 request',
  inEnvironment: 'json',
  convert: value => ((typeof value === 'string' && value !== '') || isObject(value) ? value : undefined),
};

const WARM_UP = {
  /** Files are relative to the model's folder. None: a request is made from the model's metadata. */
  samples: field('samples', listOf(sample), []),
  /** Rows of the batches that each sample is sent in. */
  batchSizes: field('batch_sizes', listOf(integer({ min: 1, max: 65_536 })), [1]),
  /** How often all of that is done. */
  runs: field('runs', integer({ min: 1, max: 1_000 }), 1),
};

/** What a replica is asked before it may serve. */
export type WarmUpSettings = Values<typeof WARM_UP>;

/** On or off, or what exactly is to be asked. */
export const warmUp: FieldType<boolean | WarmUpSettings> = {
  expected: 'true, false, or an object with samples, batch_sizes and runs',
  inEnvironment: 'text',
  convert(value, at) {
    if (!isObject(value)) return boolean.convert(value, at);
    const unknown = Object.keys(value).find(name => !['samples', 'batch_sizes', 'runs'].includes(name));
    if (unknown !== undefined) {
      throw new SettingsError({ ...at, field: `${at.field}.${unknown}` }, 'samples, batch_sizes or runs', unknown);
    }
    return readFields(WARM_UP, {
      layers: [{ source: at.source, path: `${at.field}.`, values: entriesOf(value) }],
      environment: new Environment({}),
      prefixes: [],
      warn: () => {},
    });
  },
};
