import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/cli.js';
import { DOCKERIGNORE } from '../../src/image/dockerfile.js';
import { packageVersion } from '../../src/settings/package-version.js';
import { type BuiltImage, runDockerfile } from '../support/dockerfile-steps.js';
import { digits, requestFor } from '../support/examples.js';
import { exampleModels } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const STEPS = new URL('../support/dockerfile-steps.js', import.meta.url).href;
const TARBALL = `modelyard-${packageVersion}.tgz`;

async function dockerfile(folder: string, ...options: string[]) {
  const host = fakeHost({ workingDirectory: dirname(folder), env: process.env });
  const code = await runCli(['dockerfile', folder, ...options], () => assert.fail('started'), host);
  return { code, stdout: host.output(), stderr: host.errors() };
}

/** PATH of a base image whose npm installs from this checkout's packages, or is the real one when MODELYARD_TEST_NPM is set. */
function basePath(t: TestContext): string {
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
  if (process.env.MODELYARD_TEST_NPM) return `${path}:${process.env.PATH}`;
  const script = `import { installFrom } from '${STEPS}';
    installFrom('${join(ROOT, 'node_modules')}', process.argv.at(-1), process.cwd());`;
  const bin = temporaryFolder(t, {
    'install.mjs': script,
    npm: `#!/bin/sh\nexec node "$(dirname "$0")/install.mjs" "$@"\n`,
  });
  spawnSync('chmod', ['+x', join(bin, 'npm')]);
  return `${bin}:${path}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** Starts what the image starts, and waits until it is ready. */
async function startImage(t: TestContext, { root, workingDirectory, env, instructions }: BuiltImage, port: number) {
  const variables = { ...env, MLSERVER_HTTP_PORT: `${port}`, MLSERVER_GRPC_PORT: '0', MLSERVER_METRICS_PORT: '0' };
  const [program, ...args] = [...JSON.parse(instructions.get('ENTRYPOINT')!), ...JSON.parse(instructions.get('CMD')!)];
  const child = spawn(program, args, { cwd: workingDirectory, env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface(child.stdout)) if (line.includes('"Loaded model ')) break;
  child.stdout.resume();
  const [, probe] = / CMD (\[.*\])$/.exec(instructions.get('HEALTHCHECK')!)!;
  const healthy = () => {
    const [command, script] = JSON.parse(probe);
    return spawnSync(command, [join(root, script)], { cwd: workingDirectory, env: variables }).status === 0;
  };
  return { child, healthy, root };
}

const skip = process.platform !== 'linux' && 'the steps keep the binaries for Linux only';

test('the steps of the Dockerfile make a folder that serves the models, with one platform of onnxruntime', {
  skip,
}, async t => {
  const folder = temporaryFolder(t, {
    ...exampleModels({ 'mnist-svm': {} }),
    'settings.json': { host: '127.0.0.2', parallel_workers: 1, debug: false, metrics_endpoint: '', grpc_port: 9090 },
    'server.log': 'no part of it',
    '.git/config': 'nor this',
  });
  const { code, stdout, stderr } = await dockerfile(folder);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^Successfully written Dockerfile, modelyard-.*\.tgz, Dockerfile\.dockerignore in /);
  const text = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  assert.match(text, /^EXPOSE 8080 9090$/m);
  const ignore = readFileSync(join(folder, 'Dockerfile.dockerignore'), 'utf8');
  const image = runDockerfile(text, { context: folder, ignore, target: temporaryFolder(t), path: basePath(t) });

  assert.deepEqual(readdirSync(join(image.root, 'mnt/models')).sort(), ['models', 'settings.json']);
  const binaries = readdirSync(join(image.root, 'opt/modelyard/node_modules/onnxruntime-node/bin'), {
    recursive: true,
    encoding: 'utf8',
  });
  assert.deepEqual(
    binaries.filter(path => path.split('/').length === 3).map(path => path.split('/').slice(1).join('/')),
    [`linux/${process.arch}`],
  );
  assert.equal(image.instructions.get('USER'), '1000');
  // All that Modelyard needs is in what was packed: templates, too.
  const made = spawnSync('modelyard', ['init', 'made'], { cwd: image.root, env: image.env, encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);

  // Its gRPC port is the settings' own: they win over the variable.
  const port = await freePort();
  const { child, healthy } = await startImage(t, withGrpcPort(image, 0), port);
  assert.ok(healthy());
  const response = await fetch(`http://127.0.0.2:${port}/v2/models/mnist-svm/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestFor(digits, digits.rows.slice(0, 2))),
  });
  const { outputs } = (await response.json()) as { outputs: { data: number[] }[] };
  assert.deepEqual(outputs[0].data, digits.predict.slice(0, 2));
  child.kill('SIGTERM');
  const [exitCode] = await once(child, 'exit');
  assert.equal(exitCode, 0);
  assert.ok(!healthy());
});

/** A port that no other test can have. */
function withGrpcPort(image: BuiltImage, port: number): BuiltImage {
  const path = join(image.root, 'mnt/models/settings.json');
  const settings = JSON.parse(readFileSync(path, 'utf8'));
  spawnSync('sh', ['-c', 'cat > "$0"', path], { input: JSON.stringify({ ...settings, grpc_port: port }) });
  return image;
}

test('dockerfile writes over its own files only', async t => {
  const folder = temporaryFolder(t, { Dockerfile: 'FROM scratch\n' });
  const refused = await dockerfile(folder);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error: .*Dockerfile was not written by modelyard: remove it to have one written\n$/);
  assert.deepEqual(readdirSync(folder), ['Dockerfile']);
});

test("dockerfile leaves a folder's own .dockerignore in charge, unless told otherwise", async t => {
  const folder = temporaryFolder(t, { '.dockerignore': 'secret\n' });
  assert.equal((await dockerfile(folder)).code, 0);
  assert.deepEqual(readdirSync(folder).sort(), ['.dockerignore', 'Dockerfile', TARBALL]);
  assert.equal((await dockerfile(folder, '--include-dockerignore')).code, 0);
  assert.equal(readFileSync(join(folder, 'Dockerfile.dockerignore'), 'utf8'), DOCKERIGNORE);
  assert.equal((await dockerfile(folder)).code, 0);
  assert.ok(!existsSync(join(folder, 'Dockerfile.dockerignore')));
});

test('dockerfile says what is wrong with a folder', async t => {
  const folder = temporaryFolder(t, { 'settings.json': '{"http_port": "many"}', file: '' });
  const settings = await dockerfile(folder);
  assert.equal(settings.code, 1);
  assert.match(settings.stderr, /^error: .*settings\.json.*http_port/);
  assert.deepEqual(await dockerfile(join(folder, 'file')), {
    code: 2,
    stdout: '',
    stderr: `error: FOLDER '${join(folder, 'file')}': expected a folder, found a file\n`,
  });
  assert.match((await dockerfile('/nowhere')).stderr, /^error: FOLDER '\/nowhere': cannot be read \(ENOENT\)\n$/);
});
