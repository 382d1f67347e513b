import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path/posix';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What each part may import besides itself; docs/architecture.md says why. A part is a folder of src/, a file beside those
 * folders, or `workers`. What one only takes the types of counts like the rest.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: ['core'],
  settings: ['core'],
  codecs: ['core'],
  formats: ['core'],
  kernels: ['core', 'formats'],
  logging: ['core', 'settings'],
  metrics: ['core', 'settings'],
  tracing: ['core', 'settings'],
  convert: ['core', 'formats', 'kernels'],
  'model-api': ['core', 'wire', 'codecs'],
  pool: ['core', 'wire', 'settings'],
  runtimes: ['core', 'wire', 'settings', 'codecs', 'formats', 'kernels', 'convert', 'model-api'],
  repository: ['core', 'settings', 'formats'],
  batching: ['core', 'wire', 'settings', 'pool'],
  lifecycle: ['core', 'wire', 'settings', 'formats', 'logging', 'pool', 'repository', 'batching'],
  dataplane: ['core', 'wire', 'settings', 'codecs', 'logging', 'repository', 'batching', 'lifecycle'],
  rest: ['core', 'wire', 'settings', 'codecs', 'logging', 'metrics', 'dataplane'],
  grpc: ['core', 'wire', 'settings', 'formats', 'logging', 'metrics', 'dataplane'],
  kafka: ['core', 'wire', 'settings', 'logging', 'metrics', 'dataplane'],
  'server.ts': [
    ...['core', 'settings', 'logging', 'metrics', 'tracing', 'pool', 'runtimes', 'repository', 'batching', 'lifecycle'],
    ...['dataplane', 'rest', 'grpc', 'kafka'],
  ],
  // What inspect and convert do with a file, without a server.
  'model-file': ['core', 'formats', 'convert', 'runtimes', 'lifecycle'],
  // What sends requests to a server that is somewhere else.
  client: ['core'],
  // What init makes folders of.
  templates: ['core'],
  // What build and dockerfile make.
  image: ['core', 'settings'],
  cli: ['core', 'settings', 'logging', 'model-file', 'client', 'templates', 'image', 'server.ts'],
  'index.ts': ['core', 'codecs', 'model-api', 'server.ts', 'settings', 'logging'],
  workers: ['core', 'wire', 'settings', 'convert', 'runtimes'],
};

/** Where each package may be imported. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  fastify: /^src\/rest\//,
  '@grpc/grpc-js': /^src\/grpc\//,
  kafkajs: /^src\/kafka\/kafkajs[^/]*\.ts$/,
  piscina: /^(src\/pool|workers)\//,
  'onnxruntime-node': /^src\/runtimes\/onnx[^/]*\.ts$/,
  msgpackr: /^src\/wire\//,
  'prom-client': /^src\/metrics\//,
  commander: /^src\/cli\//,
  '@aws-sdk/client-s3': /^src\/repository\/remote\/s3-source\.ts$/,
  '@google-cloud/storage': /^src\/repository\/remote\/gs-source\.ts$/,
  '@opentelemetry/api': /^src\/tracing\//,
  '@opentelemetry/core': /^src\/tracing\//,
  '@opentelemetry/resources': /^src\/tracing\//,
  '@opentelemetry/sdk-trace-base': /^src\/tracing\//,
  '@opentelemetry/exporter-trace-otlp-grpc': /^src\/tracing\//,
  semver: /^src\/settings\/version-range\.ts$/,
};

/** Parts that compute and neither read nor send anything themselves. */
const PURE = ['core', 'codecs', 'kernels', 'batching'];
const OUTSIDE_WORLD = /^node:(fs|net|http|https|child_process|worker_threads|dgram|tls)\b/;

interface Import {
  readonly file: string;
  /** A file of ours, relative to the root, or a package's name as it is written. */
  readonly target: string;
}

const FROM = /^(?:import|export) (?:type )?[\w*{][^;'"]*? from '([^']+)';/gm;
const SIDE_EFFECT = /^import '([^']+)';/gm;
const DYNAMIC = /\bimport\('([^']+)'\)/g;

function sourceFiles(): string[] {
  return ['src', 'workers'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => join(folder, name.replaceAll('\\', '/'))),
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [FROM, SIDE_EFFECT, DYNAMIC].flatMap(pattern =>
    Array.from(text.matchAll(pattern), ([, written]) => ({
      file,
      target: written.startsWith('.') ? join(dirname(file), written).replace(/\.js$/, '.ts') : written,
    })),
  );
}

const isOurs = (target: string) => /^(src|workers)\//.test(target);
const partOf = (file: string) => (file.startsWith('workers/') ? 'workers' : file.split('/')[1]);
const packageOf = (target: string) => target.split('/', target.startsWith('@') ? 2 : 1).join('/');

const files = sourceFiles();
const imports = files.flatMap(importsOf);

/** The first way round from file to file, be it of types only. */
function cycle(): string[] | undefined {
  const targets = new Map<string, string[]>(files.map(file => [file, []]));
  for (const { file, target } of imports) {
    if (isOurs(target)) targets.get(file)!.push(target);
  }
  const done = new Set<string>();
  const way: string[] = [];
  const follow = (file: string): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    way.push(file);
    for (const target of targets.get(file)!) {
      const found = follow(target);
      if (found !== undefined) return found;
    }
    way.pop();
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const found = follow(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('the imports of src and workers', () => {
  it('are found', () => {
    for (const { file, target } of imports) {
      if (isOurs(target)) assert.ok(files.includes(target), `${file} imports ${target}`);
    }
    assert.ok(imports.some(({ file, target }) => file === 'src/cli/main.ts' && target === 'src/server.ts'));
    for (const name of Object.keys(OWNERS))
      assert.ok(
        imports.some(({ target }) => packageOf(target) === name),
        name,
      );
  });

  it('point one way', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [partOf(file), partOf(target)];
      return isOurs(target) && from !== to && !MAY_IMPORT[from]?.includes(to);
    });
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} -> ${target}`),
      [],
    );
  });

  it('allow no way round', () => {
    const known = Object.keys(MAY_IMPORT);
    for (const [part, targets] of Object.entries(MAY_IMPORT)) {
      for (const target of targets) assert.ok(!MAY_IMPORT[target].includes(part), `${part} and ${target}`);
    }
    assert.deepEqual(
      [...new Set(files.map(partOf))].filter(part => !known.includes(part)),
      [],
    );
    assert.equal(cycle()?.join(' -> '), undefined);
  });

  it('use each package in one place', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (isOurs(target) || target.startsWith('node:')) return false;
      return !OWNERS[packageOf(target)]?.test(file);
    });
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} -> ${target}`),
      [],
    );
  });

  it('are explained: docs/architecture.md names every folder, and no file that is gone', () => {
    const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    const folders = [...new Set(files.map(file => `${basename(dirname(file))}/`))].filter(folder => folder !== 'src/');
    assert.deepEqual(
      folders.filter(folder => !page.includes(`\`${folder}\``) && !page.includes(`/${folder}\``)),
      [],
    );
    const named = [...page.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, name]) => name);
    assert.deepEqual(
      named.filter(name => !name.startsWith('test/') && !files.some(file => `/${file}`.endsWith(`/${name}`))),
      [],
    );
  });

  it('let parts that only compute see nothing of the outside world', () => {
    const wrong = imports.filter(({ file, target }) => PURE.includes(partOf(file)) && OUTSIDE_WORLD.test(target));
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} -> ${target}`),
      [],
    );
  });
});
