import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { status } from '@grpc/grpc-js';
import { bytesColumn, type Tensor } from '../../src/core/tensor.js';
import { inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import { repositoryFile, repositoryService } from '../../src/grpc/repository-schema.js';
import type { Rpc } from '../../src/grpc/schema.js';
import type { BatchAnswer } from '../../src/wire/messages.js';
import { fixture } from '../support/fixtures.js';
import { pathOf } from '../support/grpc-client.js';
import { fromProtoJson, toProtoJson } from '../support/proto-json.js';
import type { PuppetFrame } from '../support/puppet-pool.js';
import { type PuppetServer, startPuppetServer } from '../support/puppet-server.js';

/*
 * Calls recorded with MLServer 1.7.1, asked again here. What the models computed there a puppet computes here, so that all else
 * is compared: status, text, every field of the answer, trailing metadata.
 */

type Json = Record<string, unknown>;

interface Transcript {
  readonly n: number;
  /** The server of 'stream' had one model, which streams. */
  readonly profile: string;
  readonly about: string;
  readonly request: {
    readonly service: string;
    readonly method: keyof typeof inferenceService.methods & keyof typeof repositoryService.methods;
    readonly metadata: Record<string, string>;
    readonly message?: Json;
    readonly messages?: readonly Json[];
  };
  readonly response: Answer;
}

interface Answer {
  readonly message?: Json;
  readonly messages?: readonly Json[];
  readonly code: string;
  readonly details?: string;
  readonly trailing_metadata: Record<string, string>;
}

const transcripts: readonly Transcript[] = Buffer.from(fixture('transcripts/grpc.jsonl'))
  .toString()
  .trim()
  .split('\n')
  .map(line => JSON.parse(line));

/** Failures that differ from MLServer's on purpose. */
const OTHER_FAILURES: Readonly<
  Record<number, { readonly code: string; readonly details: string; readonly why: string }>
> = {
  73: { code: 'NOT_FOUND', details: 'Model nope not found', why: 'MLServer answers UNKNOWN with the name of a class' },
  75: {
    code: 'NOT_FOUND',
    details: 'Model nope not found',
    why: 'the text of REST, without a version that nobody asked for',
  },
  93: { code: 'NOT_FOUND', details: 'Model nope not found in memory', why: 'it says where was looked' },
  84: { code: 'NOT_FOUND', details: 'Model nope not found', why: 'as 75' },
  112: { code: 'NOT_FOUND', details: 'Model nope not found', why: 'as 75' },
  85: {
    code: 'INVALID_ARGUMENT',
    details: 'negative values are not allowed',
    why: 'no name of a Python class in front',
  },
  86: { code: 'INTERNAL', details: 'boom thirteen', why: 'no name of a Python class in front' },
  87: {
    code: 'INVALID_ARGUMENT',
    details: "input 'x': shape [1,4] needs 4 values, got 2",
    why: "the client's mistake, by name",
  },
  88: {
    code: 'INVALID_ARGUMENT',
    details: "input 'INPUT0': 7 bytes are no whole number of FP32 values of 4 bytes",
    why: "the client's mistake, by name",
  },
};

const SKIPPED: Readonly<Record<number, string>> = {
  89: 'names of outputs are checked by what a real model says about itself; see the contract suite',
  121: 'the same as 86, in a form that MLServer has without workers',
};

const MODELS = [
  { name: 'lin' },
  ...['1', '2', '10'].map(version => ({ name: 'numbered', parameters: { version } })),
  {
    name: 'echo-meta',
    platform: 'custom_echo',
    versions: ['echo/v1.2.3'],
    inputs: [
      { name: 'metadata-np', datatype: 'INT32', shape: [2, 2], parameters: { content_type: 'np' } },
      { name: 'metadata-str', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'str' } },
    ],
    outputs: [{ name: 'metadata-np', datatype: 'INT32', shape: [2, 2] }],
  },
  ...['bytes', 'fp16', 'fp32'].map(type => ({ name: `identity-${type}`, parameters: { version: '1' } })),
  ...['iris-logreg', 'iris-rf', 'headers', 'fail'].map(name => ({ name })),
];

const NUMPY = { content_type: 'np' };
const INTERCEPTS: Readonly<Record<string, number>> = { lin: 0.5, 'numbered@1': 1, 'numbered@2': 2, 'numbered@10': 3 };

/** What MLServer's models answered. */
function answer(frame: PuppetFrame): void {
  const model = frame.frame.model.replace(/@?#.*/, '');
  const [input] = frame.request.inputs;
  const number = (input.data as Float64Array)[0];
  const identity: Tensor = { ...input, name: 'OUTPUT0' };
  if (model in INTERCEPTS) {
    const sum = (input.data as Float64Array).reduce((total, value, i) => total + value * 10 ** i, INTERCEPTS[model]);
    frame.succeed([
      { name: 'predict', datatype: 'FP64', shape: [1, 1], data: Float64Array.of(sum), parameters: NUMPY },
    ]);
  } else if (model === 'iris-logreg') {
    const probabilities = Float64Array.of(0.9815572024179112, 0.018442783101168567, 1.4480920327393706e-8);
    frame.succeed([
      { name: 'predict', datatype: 'INT64', shape: [1, 1], data: BigInt64Array.of(0n), parameters: NUMPY },
      { name: 'predict_proba', datatype: 'FP64', shape: [1, 3], data: probabilities, parameters: NUMPY },
    ]);
  } else if (model === 'headers') {
    const parameters = { content_type: 'str' };
    frame.succeed([{ name: 'seen', datatype: 'BYTES', shape: [1, 1], data: bytesColumn(['hello']), parameters }]);
  } else if (model === 'identity-fp16@1') frame.succeed([{ ...identity, parameters: NUMPY }]);
  else if (model.startsWith('identity')) frame.succeed([identity]);
  else if (number < 0) frame.fail('negative values are not allowed');
  else frame.answer({ ok: false, error: { code: 'INTERNAL', message: 'boom thirteen' }, inferenceMs: 1 });
}

/** What the model that streams answered. */
async function* stream(): AsyncGenerator<BatchAnswer, undefined> {
  for (const word of ['one', ' two']) {
    const parameters = { content_type: 'str' };
    const output: Tensor = { name: 'output', datatype: 'BYTES', shape: [1, 1], data: bytesColumn([word]), parameters };
    yield { ok: true, outputs: [output], inferenceMs: 0 };
  }
}

async function replay({ client }: PuppetServer, { request }: Transcript): Promise<Answer> {
  const older = request.service.endsWith('ModelRepositoryService');
  const path = pathOf(older ? repositoryFile : inferenceFile, request.method);
  const methods: Readonly<Record<string, Rpc>> = older ? repositoryService.methods : inferenceService.methods;
  const rpc = methods[request.method];
  const { metadata, messages } = request;
  const drafts = (messages ?? [request.message!]).map(message => fromProtoJson(rpc.request, message));
  const result =
    messages === undefined
      ? await client.ask(path, rpc, drafts[0], { metadata })
      : await client.stream(path, rpc, drafts);
  const code = status[result.code];
  const trailing_metadata = result.trailers as Record<string, string>;
  if (result.code !== status.OK) return { code, details: result.details, trailing_metadata };
  const answers = result.answers.map(answer => toProtoJson(rpc.response, answer));
  return { ...(messages === undefined ? { message: answers[0] } : { messages: answers }), code, trailing_metadata };
}

/** MLServer's answer as it is wanted here. */
function wanted({ n, about, response }: Transcript): Answer {
  if (n in OTHER_FAILURES) {
    const { code, details } = OTHER_FAILURES[n];
    return { code, details, trailing_metadata: {} };
  }
  if (about === 'request metadata to the model') {
    // A model's own headers need a model of the user's.
    const { 'x-conformance-answer': _answer, ...others } = response.trailing_metadata;
    return { ...response, trailing_metadata: others };
  }
  const models = response.message?.models as readonly Json[] | undefined;
  if (models === undefined) return response;
  // The name of the Python enumeration is left out; only models that exist here are compared, sorted.
  const known = models.filter(({ name }) => MODELS.some(model => model.name === name));
  const renamed = known.map(model => ({ ...model, state: (model.state as string).replace('State.', '') }));
  return { ...response, message: { models: sorted(renamed) } };
}

function sorted(models: readonly Json[]): Json[] {
  const key = ({ name, version }: Json) => `${name} ${version ?? ''}`;
  return [...models].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

describe('recorded calls to MLServer', () => {
  async function start(t: TestContext, { profile }: Transcript): Promise<PuppetServer> {
    const models = profile === 'stream' ? [{ name: 'text-model' }] : MODELS;
    const started = await startPuppetServer(t, { models, streaming: ['text-model'] });
    started.pool.onFrame = answer;
    started.pool.onStream = stream;
    return started;
  }

  it('are all here', () => assert.equal(transcripts.length, 29));

  for (const transcript of transcripts) {
    const { n, about } = transcript;
    it(`${n}: ${about}`, { skip: SKIPPED[n] }, async t => {
      const got = await replay(await start(t, transcript), transcript);
      const models = got.message?.models as readonly Json[] | undefined;
      assert.deepEqual(
        models === undefined ? got : { ...got, message: { models: sorted(models) } },
        wanted(transcript),
      );
    });
  }
});
