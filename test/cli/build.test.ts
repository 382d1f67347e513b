import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../../src/cli/cli.js';
import { packageVersion } from '../../src/settings/package-version.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

const ENGINE = 'case "$1" in version) echo 28.0; exit;; esac';

/** Runs `build` with a `docker` of this shell script, or without one. */
async function build(t: TestContext, script: string | undefined, ...args: string[]) {
  const bin = temporaryFolder(
    t,
    script === undefined ? {} : { docker: `#!/bin/sh\ncd "$(dirname "$0")"\n${script}\n` },
  );
  spawnSync('chmod', ['+x', join(bin, 'docker')]);
  const folder = temporaryFolder(t, { 'settings.json': '{}' });
  const path = script === undefined ? bin : `${bin}:${process.env.PATH}`;
  const host = fakeHost({ env: { ...process.env, PATH: path } });
  const code = await runCli(['build', folder, '-t', 'a/b:1', ...args], () => assert.fail('started'), host);
  return { code, stdout: host.output(), stderr: host.errors(), bin, folder };
}

test('build gives docker the folder, a Dockerfile beside it and the tarball, and cleans up', async t => {
  const script = `${ENGINE}
    printf '%s\\n' "$@" > args
    for arg; do case "$arg" in modelyard=*) dir=$(echo "$arg" | cut -d= -f2);; esac; done
    mkdir seen && cp "$dir"/* seen
    echo "kit=$DOCKER_BUILDKIT" > kit
    echo "#1 building"`;
  const { code, stdout, stderr, bin, folder } = await build(t, script, '--no-cache');
  assert.deepEqual([code, stderr], [0, '#1 building\n']);
  assert.equal(stdout, 'Successfully built custom Docker image with tag a/b:1\n');
  const args = readFileSync(join(bin, 'args'), 'utf8').trimEnd().split('\n');
  const target = args[4].replace('modelyard=', '');
  assert.deepEqual(args, [
    ...['build', '--rm', '--no-cache', '--build-context', `modelyard=${target}`, folder],
    ...['-f', join(target, 'Dockerfile'), '-t', 'a/b:1'],
  ]);
  assert.equal(readFileSync(join(bin, 'kit'), 'utf8'), 'kit=1\n');
  const tarball = `modelyard-${packageVersion}.tgz`;
  assert.deepEqual(readdirSync(join(bin, 'seen')).sort(), ['Dockerfile', 'Dockerfile.dockerignore', tarball]);
  assert.ok(readFileSync(join(bin, 'seen/Dockerfile'), 'utf8').includes(`\nCOPY --from=modelyard ${tarball} ./\n`));
  assert.ok(!existsSync(target));
  assert.deepEqual(readdirSync(folder), ['settings.json']);
});

test('build says so when there is no docker, no engine, or the build fails', async t => {
  const missing = await build(t, undefined);
  assert.equal(missing.code, 1);
  assert.match(
    missing.stderr,
    /^error: 'docker' cannot be run \(ENOENT\): is Docker installed\? 'modelyard dockerfile' /,
  );
  const idle = await build(t, 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
  assert.equal(idle.code, 1);
  assert.match(idle.stderr, /^error: docker finds no engine: Cannot connect to the Docker daemon; /);
  const broken = await build(t, `${ENGINE}\necho "step 3 fails" >&2; exit 17`);
  assert.equal(broken.code, 1);
  assert.equal(broken.stderr, "step 3 fails\nerror: 'docker build' ended with exit code 17\n");
});

test('build needs a tag and a folder', async () => {
  const run = async (...argv: string[]) => {
    const host = fakeHost();
    return [await runCli(argv, () => assert.fail('started'), host), host.errors()] as const;
  };
  const [untagged, reason] = await run('build', '.');
  assert.equal(untagged, 2);
  assert.match(reason, /^error: required option '-t, --tag <TAG>' not specified/);
  assert.deepEqual(await run('build', '/nowhere', '-t', 'x'), [
    2,
    "error: FOLDER '/nowhere': cannot be read (ENOENT)\n",
  ]);
});
