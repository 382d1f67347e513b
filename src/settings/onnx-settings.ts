import type { Parameters } from '../core/tensor.js';
import { Environment } from './env.js';
import { boolean, type FieldType, integer, nullable, oneOf, parseAs } from './field-types.js';
import { field, rest, type Values } from './fields.js';
import { entriesOf, isObject } from './json-object.js';
import { nearestName } from './nearest-name.js';
import { readFields } from './read-fields.js';
import { describe, SettingsError } from './settings-error.js';

const sizes: FieldType<Readonly<Record<string, number>>> = {
  expected: 'an object of sizes by name of the dimension',
  inEnvironment: 'json',
  convert(value, at) {
    if (!isObject(value)) return undefined;
    const size = integer({ min: 1 });
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, parseAs(size, item, { ...at, field: `${at.field}.${name}` })]),
    );
  },
};

/** onnxruntime's session options by the names that its Python package gives them; null: what the server thinks best. */
const ONNX = {
  intraOpThreads: field('intra_op_num_threads', nullable(integer({ min: 0, max: 1024 })), null),
  interOpThreads: field('inter_op_num_threads', nullable(integer({ min: 0, max: 1024 })), null),
  executionMode: field('execution_mode', nullable(oneOf('sequential', 'parallel')), null),
  optimizationLevel: field(
    'graph_optimization_level',
    nullable(oneOf('disabled', 'basic', 'extended', 'layout', 'all')),
    null,
  ),
  cpuMemArena: field('enable_cpu_mem_arena', nullable(boolean), null),
  memPattern: field('enable_mem_pattern', nullable(boolean), null),
  freeDimensions: field('free_dimension_overrides', nullable(sizes), null),
  /** Ours: tensors without elements are handed on. Some operations end the whole process on them. */
  allowEmptyInputs: field('allow_empty_inputs', boolean, false),
  unknown: rest,
};

export type OnnxSettings = Omit<Values<typeof ONNX>, 'unknown'>;

const NAMES = Object.values(ONNX).flatMap(entry => (entry.kind === 'field' ? [entry.name] : []));

/** What `parameters.extra` of an ONNX model says. Throws a SettingsError; a name that is no option is an error too. */
export function onnxSettings(modelName: string, extra: Parameters): OnnxSettings {
  const source = `model '${modelName}'`;
  const { unknown, ...settings } = readFields(ONNX, {
    layers: [{ source, path: 'parameters.extra.', values: entriesOf(extra) }],
    environment: new Environment({}),
    prefixes: [],
    warn: () => {},
  });
  const [first] = Object.keys(unknown);
  if (first === undefined) return settings;
  const meant = nearestName(first, NAMES);
  const expected = meant === undefined ? `no such field (known: ${NAMES.join(', ')})` : `'${meant}'`;
  throw new SettingsError({ source, field: `parameters.extra.${first}` }, expected, describe(unknown[first]));
}
