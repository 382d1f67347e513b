import { choice, many, map, message, one, type ProtoFile, rpc } from './schema.js';

/** The last two choices are Triton's: they are understood, but never sent. */
export const InferParameter = message('InferParameter', {
  bool_param: choice('parameter_choice', 1, 'bool'),
  int64_param: choice('parameter_choice', 2, 'int64'),
  string_param: choice('parameter_choice', 3, 'string'),
  double_param: choice('parameter_choice', 4, 'double'),
  uint64_param: choice('parameter_choice', 5, 'uint64'),
});

const InferTensorContents = message('InferTensorContents', {
  bool_contents: many(1, 'bool'),
  int_contents: many(2, 'int32'),
  int64_contents: many(3, 'int64'),
  uint_contents: many(4, 'uint32'),
  uint64_contents: many(5, 'uint64'),
  fp32_contents: many(6, 'float'),
  fp64_contents: many(7, 'double'),
  bytes_contents: many(8, 'bytes'),
});

const ServerLiveRequest = message('ServerLiveRequest', {});
const ServerLiveResponse = message('ServerLiveResponse', { live: one(1, 'bool') });
const ServerReadyRequest = message('ServerReadyRequest', {});
const ServerReadyResponse = message('ServerReadyResponse', { ready: one(1, 'bool') });
const ModelReadyRequest = message('ModelReadyRequest', { name: one(1, 'string'), version: one(2, 'string') });
const ModelReadyResponse = message('ModelReadyResponse', { ready: one(1, 'bool') });
const ServerMetadataRequest = message('ServerMetadataRequest', {});
const ServerMetadataResponse = message('ServerMetadataResponse', {
  name: one(1, 'string'),
  version: one(2, 'string'),
  extensions: many(3, 'string'),
});
const ModelMetadataRequest = message('ModelMetadataRequest', { name: one(1, 'string'), version: one(2, 'string') });
const TensorMetadata = message('ModelMetadataResponse.TensorMetadata', {
  name: one(1, 'string'),
  datatype: one(2, 'string'),
  shape: many(3, 'int64'),
  parameters: map(4, InferParameter),
});
const ModelMetadataResponse = message('ModelMetadataResponse', {
  name: one(1, 'string'),
  versions: many(2, 'string'),
  platform: one(3, 'string'),
  inputs: many(4, TensorMetadata),
  outputs: many(5, TensorMetadata),
  parameters: map(6, InferParameter),
});

const InferInputTensor = message('ModelInferRequest.InferInputTensor', {
  name: one(1, 'string'),
  datatype: one(2, 'string'),
  shape: many(3, 'int64'),
  parameters: map(4, InferParameter),
  contents: one(5, InferTensorContents),
});
const InferRequestedOutputTensor = message('ModelInferRequest.InferRequestedOutputTensor', {
  name: one(1, 'string'),
  parameters: map(2, InferParameter),
});
/** Read by infer-request.ts. */
export const ModelInferRequest = message('ModelInferRequest', {
  model_name: one(1, 'string'),
  model_version: one(2, 'string'),
  id: one(3, 'string'),
  parameters: map(4, InferParameter),
  inputs: many(5, InferInputTensor),
  outputs: many(6, InferRequestedOutputTensor),
  raw_input_contents: many(7, 'bytes'),
});
const InferOutputTensor = message('ModelInferResponse.InferOutputTensor', {
  name: one(1, 'string'),
  datatype: one(2, 'string'),
  shape: many(3, 'int64'),
  parameters: map(4, InferParameter),
  contents: one(5, InferTensorContents),
});
/** Written by infer-response.ts. */
export const ModelInferResponse = message('ModelInferResponse', {
  model_name: one(1, 'string'),
  model_version: one(2, 'string'),
  id: one(3, 'string'),
  parameters: map(4, InferParameter),
  outputs: many(5, InferOutputTensor),
  raw_output_contents: many(6, 'bytes'),
});

export const ModelRepositoryParameter = message('ModelRepositoryParameter', {
  bool_param: choice('parameter_choice', 1, 'bool'),
  int64_param: choice('parameter_choice', 2, 'int64'),
  string_param: choice('parameter_choice', 3, 'string'),
  bytes_param: choice('parameter_choice', 4, 'bytes'),
});
export const RepositoryIndexRequest = message('RepositoryIndexRequest', {
  repository_name: one(1, 'string'),
  ready: one(2, 'bool'),
});
export const ModelIndex = message('RepositoryIndexResponse.ModelIndex', {
  name: one(1, 'string'),
  version: one(2, 'string'),
  state: one(3, 'string'),
  reason: one(4, 'string'),
});
export const RepositoryIndexResponse = message('RepositoryIndexResponse', { models: many(1, ModelIndex) });
const RepositoryModelLoadRequest = message('RepositoryModelLoadRequest', {
  repository_name: one(1, 'string'),
  model_name: one(2, 'string'),
  parameters: map(3, ModelRepositoryParameter),
});
export const RepositoryModelLoadResponse = message('RepositoryModelLoadResponse', {});
const RepositoryModelUnloadRequest = message('RepositoryModelUnloadRequest', {
  repository_name: one(1, 'string'),
  model_name: one(2, 'string'),
  parameters: map(3, ModelRepositoryParameter),
});
export const RepositoryModelUnloadResponse = message('RepositoryModelUnloadResponse', {});

export const inferenceService = {
  name: 'GRPCInferenceService',
  methods: {
    ServerLive: rpc(ServerLiveRequest, ServerLiveResponse),
    ServerReady: rpc(ServerReadyRequest, ServerReadyResponse),
    ModelReady: rpc(ModelReadyRequest, ModelReadyResponse),
    ServerMetadata: rpc(ServerMetadataRequest, ServerMetadataResponse),
    ModelMetadata: rpc(ModelMetadataRequest, ModelMetadataResponse),
    ModelInfer: rpc(ModelInferRequest, ModelInferResponse),
    ModelStreamInfer: rpc(ModelInferRequest, ModelInferResponse, 'both'),
    RepositoryIndex: rpc(RepositoryIndexRequest, RepositoryIndexResponse),
    RepositoryModelLoad: rpc(RepositoryModelLoadRequest, RepositoryModelLoadResponse),
    RepositoryModelUnload: rpc(RepositoryModelUnloadRequest, RepositoryModelUnloadResponse),
  },
} as const;

export const inferenceFile: ProtoFile = {
  path: 'inference.proto',
  package: 'inference',
  messages: [
    ServerLiveRequest,
    ServerLiveResponse,
    ServerReadyRequest,
    ServerReadyResponse,
    ModelReadyRequest,
    ModelReadyResponse,
    ServerMetadataRequest,
    ServerMetadataResponse,
    ModelMetadataRequest,
    ModelMetadataResponse,
    TensorMetadata,
    ModelInferRequest,
    InferInputTensor,
    InferRequestedOutputTensor,
    ModelInferResponse,
    InferOutputTensor,
    InferParameter,
    InferTensorContents,
    RepositoryIndexRequest,
    RepositoryIndexResponse,
    ModelIndex,
    RepositoryModelLoadRequest,
    RepositoryModelLoadResponse,
    RepositoryModelUnloadRequest,
    RepositoryModelUnloadResponse,
    ModelRepositoryParameter,
  ],
  enums: [],
  service: inferenceService,
};
