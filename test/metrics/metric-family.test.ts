import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { counter, gauge, histogram, summary } from '../../src/metrics/metric-family.js';
import { Exposition } from '../support/exposition.js';

async function scrape(registry: Registry): Promise<Exposition> {
  return new Exposition(await registry.metrics());
}

test('each type of metric is printed with its type and every series', async () => {
  const registry = new Registry();
  const calls = counter(registry, { name: 'calls_total', help: 'h', labels: ['who'] });
  const running = gauge(registry, { name: 'running', help: 'h', labels: [] });
  const took = summary(registry, { name: 'took', help: 'h', labels: ['who'] });
  calls.cell({ who: 'a' }).value += 2;
  calls.cell({ who: 'b' });
  running.cell({}).value = -1;
  took.cell({ who: 'a' }).observe(0.5);
  took.cell({ who: 'a' }).observe(0.25);

  const page = await scrape(registry);
  assert.deepEqual(Object.fromEntries(page.types), { calls_total: 'counter', running: 'gauge', took: 'summary' });
  assert.deepEqual(page.samples, [
    { name: 'calls_total', labels: { who: 'a' }, value: 2 },
    { name: 'calls_total', labels: { who: 'b' }, value: 0 },
    { name: 'running', labels: {}, value: -1 },
    { name: 'took_sum', labels: { who: 'a' }, value: 0.75 },
    { name: 'took_count', labels: { who: 'a' }, value: 2 },
  ]);
});

test('buckets of a histogram are cumulative and their upper ends belong to them', async () => {
  const registry = new Registry();
  const cell = histogram(registry, [0, 1, 2.5], { name: 'size', help: 'h', labels: [] }).cell({});
  for (const value of [0, 0.5, 1, 2, 2.5, 2.6, 1000]) cell.observe(value);

  const page = await scrape(registry);
  assert.deepEqual(page.buckets('size'), [
    ['0', 1],
    ['1', 3],
    ['2.5', 5],
    ['+Inf', 7],
  ]);
  assert.equal(page.value('size_count'), 7);
  assert.equal(page.value('size_sum'), 1008.6);
});

test('equal label values share a cell, whatever the order they are written in; others never do', () => {
  const calls = counter(new Registry(), { name: 'calls_total', help: 'h', labels: ['a', 'b'] });
  assert.equal(calls.cell({ a: 'x', b: 'y' }), calls.cell({ b: 'y', a: 'x' }));
  assert.notEqual(calls.cell({ a: 'x', b: 'y' }), calls.cell({ a: 'y', b: 'x' }));
  assert.notEqual(calls.cell({ a: 'x","y', b: '' }), calls.cell({ a: 'x', b: 'y","' }));
});

test('quotes, backslashes and line breaks in label values survive', async () => {
  const registry = new Registry();
  const hostile = 'a"b\\n\\c\nd"} 1\\';
  counter(registry, { name: 'calls_total', help: 'a\\b\nc', labels: ['who'] }).cell({ who: hostile }).value = 3;
  histogram(registry, [1], { name: 'size', help: 'h', labels: ['who'] })
    .cell({ who: hostile })
    .observe(1);

  const page = await scrape(registry);
  assert.equal(page.value('calls_total', { who: hostile }), 3);
  assert.deepEqual(page.buckets('size', { who: hostile }), [
    ['1', 1],
    ['+Inf', 1],
  ]);
});

test("stands beside prom-client's own metrics, under other names only", async () => {
  const registry = new Registry();
  new Counter({ name: 'theirs_total', help: 'h', registers: [registry] }).inc(5);
  counter(registry, { name: 'ours_total', help: 'h', labels: [] }).cell({}).value = 6;
  assert.throws(() => counter(registry, { name: 'theirs_total', help: 'h', labels: [] }), /theirs_total/);

  const page = await scrape(registry);
  assert.equal(page.value('theirs_total'), 5);
  assert.equal(page.value('ours_total'), 6);
});

test("is an object among the registry's objects too", async () => {
  const registry = new Registry();
  histogram(registry, [1], { name: 'size', help: 'h', labels: ['who'] })
    .cell({ who: 'a' })
    .observe(1);
  assert.deepEqual(await registry.getMetricsAsJSON(), [
    {
      name: 'size',
      help: 'h',
      type: 'histogram',
      aggregator: 'sum',
      values: [
        { metricName: 'size_bucket', labels: { who: 'a', le: '1' }, value: 1 },
        { metricName: 'size_bucket', labels: { who: 'a', le: '+Inf' }, value: 1 },
        { metricName: 'size_sum', labels: { who: 'a' }, value: 1 },
        { metricName: 'size_count', labels: { who: 'a' }, value: 1 },
      ],
    },
  ]);
});
