import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/core/clock.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { serverDocument } from '../../src/rest/docs/document.js';
import { Environment } from '../../src/settings/env.js';
import { RUNTIMES } from '../../src/settings/implementations.js';
import { readServerSettings } from '../../src/settings/server-settings.js';
import { type Manifest, manifest, manifestProblem, manifestsIn, misspelt, variablesOf } from '../support/manifests.js';
import { NO_PUBLISHED_SCHEMAS, publishedSchemas } from '../support/published-schemas.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const KUSTOMIZATION = 'kustomization.yaml';

describe('the files of deploy/', () => {
  for (const folder of ['kubernetes', 'kserve']) {
    for (const [file, objects] of manifestsIn(folder)) {
      if (file === KUSTOMIZATION) continue;
      for (const object of objects) {
        it(`${folder}/${file} ${object.kind} ${object.metadata.name} is what a cluster takes`, () => {
          assert.equal(manifestProblem(object), undefined);
        });
      }
    }
  }

  const objects = ['kubernetes', 'kserve'].flatMap(folder =>
    [...manifestsIn(folder)].flatMap(([file, objects]) => (file === KUSTOMIZATION ? [] : objects)),
  );

  it('are what a cluster takes by the schemas as they are published', { skip: NO_PUBLISHED_SCHEMAS }, () => {
    const problemOf = publishedSchemas();
    for (const object of objects) {
      const name = `${object.kind} ${object.metadata.name}`;
      assert.equal(problemOf(object), undefined, name);
      // What is written in metadata these leave to Kubernetes itself.
      for (const { at, changed } of misspelt(object, ['metadata'])) assert.ok(problemOf(changed), `${name} ${at}`);
    }
  });

  it('have no field that might be misspelt and not be found', () => {
    let fields = 0;
    for (const object of objects) {
      for (const { at, changed } of misspelt(object)) {
        fields++;
        assert.ok(manifestProblem(changed), `${object.kind} ${object.metadata.name} ${at}`);
      }
    }
    assert.ok(fields > 200, `${fields}`);
  });

  it('are told from what it does not take', () => {
    const problemOf = (change: (object: Manifest) => void) => {
      const object = structuredClone(manifest('kubernetes', 'Deployment', 'modelyard'));
      change(object);
      return manifestProblem(object) ?? '';
    };
    const containerOf = ({ spec }: Manifest) => spec.template.spec.containers[0];
    assert.match(
      problemOf(object => (containerOf(object).readynessProbe = {})),
      /must NOT have additional properties/,
    );
    assert.match(
      problemOf(object => (containerOf(object).env[0].value = 1)),
      /env\/0\/value must be string/,
    );
    assert.match(
      problemOf(object => delete object.spec.selector),
      /must have required property 'selector'/,
    );
    assert.match(
      problemOf(object => Object.assign(object, { kind: 'Deploymint' })),
      /no schema for apps\.v1\.Deploymint/,
    );
    const trained = structuredClone(manifest('kserve', 'TrainedModel', 'digits'));
    trained.spec.model.memory = 'plenty';
    assert.match(manifestProblem(trained)!, /memory must match pattern/);
  });
});

describe('the files of deploy/kubernetes', () => {
  const deployment = manifest('kubernetes', 'Deployment', 'modelyard');
  const service = manifest('kubernetes', 'Service', 'modelyard');
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;
  const settingsFor = async (t: { after(fn: () => unknown): void }) =>
    (await readServerSettings(temporaryFolder(t), new Environment(variablesOf(container)))).settings;

  it('are all in the kustomization', () => {
    const files = manifestsIn('kubernetes');
    const { resources } = files.get(KUSTOMIZATION)![0] as unknown as { resources: string[] };
    assert.deepEqual([...resources, KUSTOMIZATION].sort(), [...files.keys()].sort());
  });

  it('name the ports that the server opens', async t => {
    const { httpPort, grpcPort, metricsPort } = await settingsFor(t);
    const opened = { http: httpPort, grpc: grpcPort, metrics: metricsPort };
    const named = container.ports.map(({ name, containerPort }: Record<string, unknown>) => [name, containerPort]);
    assert.deepEqual(Object.fromEntries(named), opened);
    const served = service.spec.ports.map(({ targetPort, port }: Record<string, unknown>) => [targetPort, port]);
    assert.deepEqual(Object.fromEntries(served), opened);
  });

  it('ask routes that there are, and let the server end in its own time', async t => {
    const { paths } = serverDocument({ serverVersion: '', rootPath: '' });
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      assert.ok(paths[probe.httpGet.path]?.get !== undefined, probe.httpGet.path);
      assert.equal(probe.httpGet.port, 'http');
    }
    const { shutdownTimeoutMs } = await settingsFor(t);
    assert.equal(shutdownTimeoutMs, 30_000);
    const [sleep, seconds] = container.lifecycle.preStop.exec.command;
    assert.equal(sleep, 'sleep');
    assert.ok(pod.spec.terminationGracePeriodSeconds > Number(seconds) + shutdownTimeoutMs / 1000);
  });

  it('belong together', () => {
    const labels = pod.metadata.labels;
    const monitor = manifest('kubernetes', 'ServiceMonitor', 'modelyard').spec;
    const scaler = manifest('kubernetes', 'HorizontalPodAutoscaler', 'modelyard').spec;
    const budget = manifest('kubernetes', 'PodDisruptionBudget', 'modelyard').spec;
    assert.deepEqual(deployment.spec.selector.matchLabels, labels);
    assert.deepEqual(service.spec.selector, labels);
    assert.deepEqual(budget.selector.matchLabels, labels);
    assert.deepEqual(monitor.selector.matchLabels, service.metadata.labels);
    assert.ok(service.spec.ports.some(({ name }: { name: string }) => name === monitor.endpoints[0].port));
    const { apiVersion, kind, metadata } = deployment;
    assert.deepEqual(scaler.scaleTargetRef, { apiVersion, kind, name: metadata.name });
    assert.equal(deployment.spec.replicas, undefined);
  });

  it('scale on a metric that there is', async () => {
    const { metrics } = manifest('kubernetes', 'HorizontalPodAutoscaler', 'modelyard').spec;
    const label = { name: 'm', version: '' };
    const { registry } = createMetrics({
      clock: systemClock,
      restPrefix: 'rest',
      queueDepths: () => [{ label, waiting: 3, running: 0 }],
      models: () => [],
    });
    assert.match(await registry.metrics(), new RegExp(`^${metrics[0].pods.metric.name}\\{.*\\} 3$`, 'm'));
  });
});

describe('the runtimes of deploy/kserve', () => {
  it('set what the server reads, and know its models', async t => {
    for (const [name, implementation] of [
      ['modelyard', '{{.Labels.modelClass}}'],
      ['modelyard-onnx', 'modelyard.OnnxModel'],
    ]) {
      const { spec } = manifest('kserve', 'ClusterServingRuntime', name);
      const variables = variablesOf(spec.containers[0]);
      const { settings } = await readServerSettings(temporaryFolder(t), new Environment(variables));
      assert.deepEqual([settings.httpPort, settings.grpcPort, settings.debug], [8080, 9000, false]);
      assert.equal(variables.MLSERVER_MODEL_IMPLEMENTATION, implementation);
      assert.equal(spec.annotations['prometheus.kserve.io/port'], String(settings.metricsPort));
      assert.equal(spec.annotations['prometheus.kserve.io/path'], settings.metricsEndpoint);
      const known = [...RUNTIMES.values()] as string[];
      for (const { name } of spec.supportedModelFormats) assert.ok(known.includes(name), name);
    }
  });
});
