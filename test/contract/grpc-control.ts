import { status } from '@grpc/grpc-js';
import type { Datatype } from '../../src/core/datatype.js';
import type { ModelMetadata, ModelRef, RepositoryIndexItem, RepositoryState } from '../../src/core/protocol.js';
import type { Parameters } from '../../src/core/tensor.js';
import { type InferParameter, inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import type { Draft, MessageType, Rpc, Values } from '../../src/grpc/schema.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import type { ControlClient } from './control-client.js';
import { statusOf } from './grpc-client.js';
import { FailedCall } from './infer-client.js';

const { methods } = inferenceService;

export class GrpcControl implements ControlClient {
  private readonly client: GrpcTestClient;

  constructor(url: string) {
    this.client = new GrpcTestClient(url);
  }

  serverLive = () => this.ask('ServerLive', methods.ServerLive, {}, ({ live }) => live);
  serverReady = () => this.ask('ServerReady', methods.ServerReady, {}, ({ ready }) => ready);
  serverMetadata = () => this.ask('ServerMetadata', methods.ServerMetadata, {}, metadata => metadata);
  modelReady = (target: ModelRef) => this.ask('ModelReady', methods.ModelReady, target, ({ ready }) => ready);
  modelMetadata = (target: ModelRef) =>
    this.ask('ModelMetadata', methods.ModelMetadata, target, ({ parameters, inputs, outputs, ...others }) => {
      const metadata: ModelMetadata = {
        ...others,
        inputs: inputs.map(tensorOf),
        outputs: outputs.map(tensorOf),
        parameters: plainParameters(parameters),
      };
      return metadata;
    });
  index = (ready?: boolean) =>
    this.ask('RepositoryIndex', methods.RepositoryIndex, { ready }, ({ models }) =>
      models.map(({ name, version, state, reason }): RepositoryIndexItem => {
        return { name, ...(version === '' ? {} : { version }), state: state as RepositoryState, reason };
      }),
    );
  load = (target: ModelRef) =>
    this.ask('RepositoryModelLoad', methods.RepositoryModelLoad, repositoryTarget(target), () => undefined);
  unload = (target: ModelRef) =>
    this.ask('RepositoryModelUnload', methods.RepositoryModelUnload, repositoryTarget(target), () => undefined);

  close(): void {
    this.client.close();
  }

  private async ask<Q extends MessageType, A extends MessageType, T>(
    method: string,
    rpc: Rpc<Q, A>,
    draft: Draft<Q>,
    plain: (answer: Values<A>) => T,
  ): Promise<T | FailedCall> {
    const { code, details, answer } = await this.client.ask(pathOf(inferenceFile, method), rpc, draft);
    return code === status.OK ? plain(answer!) : new FailedCall(code, details, statusOf);
  }
}

function repositoryTarget({ name, version }: ModelRef) {
  const parameters = new Map(version === undefined ? [] : [['version', { string_param: version }]]);
  return { model_name: name, parameters };
}

function tensorOf({
  name,
  datatype,
  shape,
  parameters,
}: Values<typeof methods.ModelMetadata.response>['inputs'][number]) {
  const own = plainParameters(parameters);
  return {
    name,
    datatype: datatype as Datatype,
    shape: shape.map(Number),
    ...(Object.keys(own).length === 0 ? {} : { parameters: own }),
  };
}

function plainParameters(parameters: ReadonlyMap<string, Values<typeof InferParameter>>): Parameters {
  const entries = [...parameters].map(([key, value]) => {
    return [key, value.string_param ?? value.bool_param ?? Number(value.int64_param)] as const;
  });
  return Object.fromEntries(entries);
}
