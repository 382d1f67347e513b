import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import { repositoryFile, repositoryService } from '../../src/grpc/repository-schema.js';
import type { Rpc } from '../../src/grpc/schema.js';
import { type GrpcTestClient, pathOf } from '../support/grpc-client.js';
import type { GrpcDifference } from './grpc-differences.js';
import { fromProtoJson, toProtoJson } from './proto-json.js';
import type { GrpcRecording, ProtoJson } from './recordings.js';

interface GrpcAnswer {
  readonly code: string;
  readonly details: string;
  readonly messages: readonly ProtoJson[];
  readonly trailers: Readonly<Record<string, unknown>>;
}

export async function askGrpc(client: GrpcTestClient, { request }: GrpcRecording): Promise<GrpcAnswer> {
  const older = request.service.endsWith('ModelRepositoryService');
  const path = pathOf(older ? repositoryFile : inferenceFile, request.method);
  const methods: Readonly<Record<string, Rpc>> = older ? repositoryService.methods : inferenceService.methods;
  const rpc = methods[request.method];
  const { metadata, message, messages } = request;
  const { code, details, answers, trailers } =
    messages === undefined
      ? await client.ask(path, rpc, fromProtoJson(rpc.request, message!), { metadata })
      : await client.stream(
          path,
          rpc,
          messages.map(each => fromProtoJson(rpc.request, each)),
        );
  return { code: status[code], details, messages: answers.map(answer => toProtoJson(rpc.response, answer)), trailers };
}

/** Compares status, text, every field of every message and the trailing metadata. */
export function compareGrpc(
  answer: GrpcAnswer,
  { response }: GrpcRecording,
  { code, details, alike = message => message }: Partial<GrpcDifference> = {},
): void {
  const { message, messages = message === undefined ? [] : [message] } = response;
  assert.equal(answer.code, code ?? response.code);
  if (details instanceof RegExp) assert.match(answer.details, details);
  else assert.equal(answer.details, details ?? response.details ?? 'OK');
  assert.deepEqual(answer.messages.map(alike), messages.map(alike));
  assert.deepEqual(answer.trailers, response.trailing_metadata);
}
