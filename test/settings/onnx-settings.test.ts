import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onnxSettings } from '../../src/settings/onnx-settings.js';
import { SettingsError } from '../../src/settings/settings-error.js';

const fails = (extra: Parameters<typeof onnxSettings>[1], message: string) =>
  assert.throws(
    () => onnxSettings('m', extra),
    (error: unknown) => error instanceof SettingsError && error.message === message,
  );

test('reads the options of a session by the names of the Python package', () => {
  assert.deepEqual(
    onnxSettings('m', {
      intra_op_num_threads: 2,
      inter_op_num_threads: 0,
      execution_mode: 'parallel',
      graph_optimization_level: 'basic',
      enable_cpu_mem_arena: true,
      enable_mem_pattern: false,
      free_dimension_overrides: { batch: 4 },
      allow_empty_inputs: true,
    }),
    {
      intraOpThreads: 2,
      interOpThreads: 0,
      executionMode: 'parallel',
      optimizationLevel: 'basic',
      cpuMemArena: true,
      memPattern: false,
      freeDimensions: { batch: 4 },
      allowEmptyInputs: true,
    },
  );
  assert.equal(onnxSettings('m', {}).intraOpThreads, null);
  assert.equal(onnxSettings('m', {}).allowEmptyInputs, false);
});

test('names the option that cannot be', () => {
  fails(
    { intra_op_num_threads: -1 },
    "model 'm': field 'parameters.extra.intra_op_num_threads': expected an integer from 0 to 1024 or null, found -1",
  );
  fails(
    { free_dimension_overrides: { n: 0 } },
    "model 'm': field 'parameters.extra.free_dimension_overrides.n': expected an integer of 1 or more, found 0",
  );
  fails(
    { intra_op_num_thread: 2 },
    "model 'm': field 'parameters.extra.intra_op_num_thread': expected 'intra_op_num_threads', found 2",
  );
  assert.throws(() => onnxSettings('m', { providers: [] }), /'parameters\.extra\.providers': expected no such field/);
});
