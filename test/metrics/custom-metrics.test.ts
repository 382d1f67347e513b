import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { CustomMetrics } from '../../src/metrics/custom-metrics.js';

const value = (metric: string, value: number) => ({ metric, help: 'Help', value });

it('makes a histogram for each name, with a series for each model version', async () => {
  const registry = new Registry();
  const metrics = new CustomMetrics(registry);
  metrics.add({ name: 'a', version: 'v1' }, [value('length', 2), value('length', 4), value('size', 1)]);
  metrics.add({ name: 'b', version: '' }, [value('length', 0.02)]);
  const lines = (await registry.metrics()).split('\n');
  const expected = [
    '# TYPE length histogram',
    'length_sum{model_name="a",model_version="v1"} 6',
    'length_count{model_name="a",model_version="v1"} 2',
    'length_bucket{le="0.025",model_name="b",model_version=""} 1',
    'size_count{model_name="a",model_version="v1"} 1',
  ];
  for (const line of expected) assert.ok(lines.includes(line), line);
});

it("leaves the server's metrics alone, and takes only so many", async () => {
  const registry = new Registry();
  new Counter({ name: 'own', help: 'Own', registers: [registry] });
  const metrics = new CustomMetrics(registry);
  const many = Array.from({ length: 300 }, (_, i) => value(`m${i}`, 1));
  metrics.add({ name: 'a', version: '' }, [value('own', 1), ...many]);
  assert.match(await registry.metrics(), /^own 0$/m);
  assert.equal(registry.getMetricsAsArray().length, 201);
});
