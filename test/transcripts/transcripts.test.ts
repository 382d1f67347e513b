import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ParameterValue } from '../../src/core/tensor.js';
import { GrpcTestClient } from '../support/grpc-client.js';
import { suiteLifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';
import { GRPC_DIFFERENCES } from './grpc-differences.js';
import { askGrpc, compareGrpc } from './grpc-replay.js';
import { compareMetrics } from './metrics-replay.js';
import { BROKEN_MODEL, MODELS_OF_THE_AGENT, RECORDED_MODELS, STREAMING_MODEL } from './recorded-models.js';
import { type KafkaRecording, type Recording, recordings } from './recordings.js';
import { REST_DIFFERENCES } from './rest-differences.js';
import { askRest, compareRest } from './rest-replay.js';

/* The exchanges recorded with MLServer, had again in their order with whole servers of the same settings. */

interface Profile {
  readonly settings: Readonly<Record<string, ParameterValue>>;
  readonly files: Readonly<Record<string, unknown>>;
}

const PROFILES: Readonly<Record<string, Profile>> = {
  main: { settings: {}, files: RECORDED_MODELS },
  agent: { settings: { load_models_at_startup: false }, files: MODELS_OF_THE_AGENT },
  stream: { settings: { parallel_workers: 0, gzip_enabled: false }, files: STREAMING_MODEL },
  settings: {
    settings: {
      parallel_workers: 0,
      server_name: 'conformance-server',
      server_version: '9.9.9',
      extensions: ['ext-a', 'ext-b'],
      cors_settings: {
        allow_origins: ['http://127.0.0.1'],
        allow_methods: ['GET', 'POST'],
        allow_headers: ['content-type'],
        max_age: 77,
      },
    },
    files: RECORDED_MODELS,
  },
};

/** What was done to the folder before an exchange. */
const BEFORE: Readonly<Record<number, (server: TestServer) => void>> = {
  102: ({ folder }) => rmSync(join(folder, 'models/lin'), { recursive: true }),
  106(server) {
    for (const [path, content] of Object.entries(BROKEN_MODEL)) server.write(path, content);
  },
};

const isReplayed = (recording: Recording): recording is Exclude<Recording, KafkaRecording> =>
  recording.kind !== 'kafka';
const replayed = recordings.filter(isReplayed);

describe('the exchanges recorded with MLServer', () => {
  const numbersOf = (kind: string) => recordings.filter(recording => recording.kind === kind).map(({ n }) => n);

  it('are all here, and none is left out', () => {
    assert.deepEqual(
      recordings.map(({ n }) => n),
      Array.from({ length: 127 }, (_, i) => i + 1),
    );
    assert.equal(numbersOf('rest').length, 91);
    assert.equal(numbersOf('grpc').length, 29);
    assert.deepEqual(numbersOf('metrics'), [95]);
    // Those are had with a real broker, by `npm run test:kafka`.
    assert.deepEqual(numbersOf('kafka'), [122, 123, 124, 125, 126, 127]);
    for (const { n, profile } of replayed) assert.ok(PROFILES[profile], `${n}: no server of profile ${profile}`);
  });

  it('differ on purpose only where that is listed, with the reason', () => {
    for (const [kind, differences] of [
      ['rest', REST_DIFFERENCES],
      ['grpc', GRPC_DIFFERENCES],
    ] as const) {
      const numbers = numbersOf(kind);
      for (const [n, { why }] of Object.entries(differences)) assert.ok(numbers.includes(Number(n)) && why !== '', n);
    }
  });
});

for (const [name, { settings, files }] of Object.entries(PROFILES)) {
  describe(`the recorded server '${name}'`, () => {
    const life = suiteLifetime();
    let server: TestServer;
    let client: GrpcTestClient;

    before(async () => {
      server = await TestServer.start(life, { files, settings });
      client = new GrpcTestClient(server.url('gRPC'));
      life.after(() => client.close());
    });

    for (const recording of replayed.filter(({ profile }) => profile === name)) {
      const { n, kind, about } = recording;
      it(`${n}, ${kind}: ${about}`, async () => {
        BEFORE[n]?.(server);
        if (recording.kind === 'rest') {
          const answer = await askRest(server, recording);
          checkAgainst(REST_DIFFERENCES[n], other => compareRest(answer, recording.response, other));
        } else if (recording.kind === 'metrics') {
          compareMetrics((await server.metrics()).text, recording);
        } else {
          const answer = await askGrpc(client, recording);
          checkAgainst(GRPC_DIFFERENCES[n], other => compareGrpc(answer, recording, other));
        }
      });
    }
  });
}

/** The answer is the recorded one but for what is listed, and what is listed really differs. */
function checkAgainst<D>(difference: D | undefined, compare: (difference?: D) => void): void {
  compare(difference);
  if (difference !== undefined) assert.throws(() => compare(), 'it does not differ any more');
}
