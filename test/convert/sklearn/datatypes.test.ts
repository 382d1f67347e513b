import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputDatatype } from '../../../src/convert/plan.js';
import { commonDatatype, floatOf, readDatatype } from '../../../src/convert/sklearn/datatypes.js';
import { parseDtype } from '../../../src/formats/pickle/dtype.js';
import { named } from '../../support/fitted.js';

test('columns side by side have the type that holds them all', () => {
  const cases: readonly (readonly [readonly OutputDatatype[], OutputDatatype])[] = [
    [['FP64', 'FP64'], 'FP64'],
    [['FP32', 'BOOL'], 'FP32'],
    [['FP32', 'INT64'], 'FP64'],
    [['FP32', 'INT8'], 'FP32'],
    [['INT32', 'INT64'], 'INT64'],
    [['float', 'FP64'], 'FP64'],
    [['float', 'FP32', 'BOOL'], 'float'],
    [['rows', 'rows'], 'rows'],
    [['rows', 'float'], 'float'],
    [['FP64', 'BYTES'], 'BYTES'],
  ];
  for (const [columns, common] of cases) {
    assert.equal(commonDatatype(columns), common, `${columns}`);
    assert.equal(commonDatatype([...columns].reverse()), common, `${columns} in reverse`);
  }
});

test('arithmetic keeps float32 and makes floats of the rest', () => {
  assert.deepEqual((['rows', 'float', 'FP32', 'INT64', 'BOOL'] as const).map(floatOf), [
    ...['float', 'float', 'FP32', 'FP64', 'FP64'],
  ]);
});

test('a type by its name, by numpy or Python, or as a dtype', () => {
  const read = (value: Parameters<typeof readDatatype>[0]['value']) => readDatatype({ path: 'x.dtype', value });
  assert.deepEqual(
    [named('numpy.float32'), named('builtins.int'), 'float64', parseDtype('i4'), named('numpy.bool_')].map(read),
    ['FP32', 'INT64', 'FP64', 'INT32', 'BOOL'],
  );
  assert.throws(() => read(parseDtype('U3')), /x\.dtype: this type of numbers cannot be served/);
});
