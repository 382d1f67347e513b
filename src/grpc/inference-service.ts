import type { ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ModelRef, TensorMetadata } from '../core/protocol.js';
import type { RepositoryAdmin } from '../dataplane/repository-admin.js';
import { unaryInfer } from './infer.js';
import { InferStream, type InferStreamOptions } from './infer-stream.js';
import { inferenceService } from './inference-schema.js';
import { unary } from './methods.js';
import type { OpenCalls } from './open-calls.js';
import { parameterMap } from './parameters.js';
import { repositoryHandlers } from './repository-service.js';

export interface InferenceOptions extends InferStreamOptions {
  readonly repository: RepositoryAdmin;
  readonly openCalls: OpenCalls;
}

/** inference.GRPCInferenceService */
export function inferenceHandlers(options: InferenceOptions): UntypedServiceImplementation {
  const { dataPlane, logger, repository, openCalls } = options;
  const { methods } = inferenceService;
  return {
    ServerLive: unary(methods.ServerLive, logger, () => ({ live: true })),
    ServerReady: unary(methods.ServerReady, logger, () => ({ ready: dataPlane.ready() })),
    ModelReady: unary(methods.ModelReady, logger, request => ({ ready: dataPlane.modelReady(targetOf(request)) })),
    ServerMetadata: unary(methods.ServerMetadata, logger, () => dataPlane.serverMetadata()),
    ModelMetadata: unary(methods.ModelMetadata, logger, request => {
      const { inputs, outputs, parameters, ...others } = dataPlane.modelMetadata(targetOf(request));
      return {
        ...others,
        inputs: inputs.map(tensorDraft),
        outputs: outputs.map(tensorDraft),
        parameters: parameterMap(parameters),
      };
    }),
    ModelInfer: unaryInfer(options),
    ModelStreamInfer: openCalls.track((call: ServerDuplexStream<Buffer, Buffer>) => {
      const stream = new InferStream(call, options);
      return error => stream.stop(error);
    }),
    ...repositoryHandlers(methods, repository, logger),
  };
}

/** An empty version asks for the default one. */
function targetOf({ name, version }: { readonly name: string; readonly version: string }): ModelRef {
  return { name, version: version || undefined };
}

function tensorDraft({ name, datatype, shape, parameters }: TensorMetadata) {
  return { name, datatype, shape, parameters: parameterMap(parameters) };
}
