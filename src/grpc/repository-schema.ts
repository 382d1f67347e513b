import {
  ModelIndex,
  RepositoryIndexRequest,
  RepositoryIndexResponse,
  RepositoryModelLoadResponse,
  RepositoryModelUnloadResponse,
} from './inference-schema.js';
import { message, one, type ProtoFile, rpc } from './schema.js';

const RepositoryModelLoadRequest = message('RepositoryModelLoadRequest', {
  repository_name: one(1, 'string'),
  model_name: one(2, 'string'),
});
const RepositoryModelUnloadRequest = message('RepositoryModelUnloadRequest', {
  repository_name: one(1, 'string'),
  model_name: one(2, 'string'),
});

/** The older service of its own for what GRPCInferenceService does as well. */
export const repositoryService = {
  name: 'ModelRepositoryService',
  methods: {
    RepositoryIndex: rpc(RepositoryIndexRequest, RepositoryIndexResponse),
    RepositoryModelLoad: rpc(RepositoryModelLoadRequest, RepositoryModelLoadResponse),
    RepositoryModelUnload: rpc(RepositoryModelUnloadRequest, RepositoryModelUnloadResponse),
  },
} as const;

export const repositoryFile: ProtoFile = {
  path: 'model_repository.proto',
  package: 'inference.model_repository',
  messages: [
    RepositoryIndexRequest,
    RepositoryIndexResponse,
    ModelIndex,
    RepositoryModelLoadRequest,
    RepositoryModelLoadResponse,
    RepositoryModelUnloadRequest,
    RepositoryModelUnloadResponse,
  ],
  enums: [],
  service: repositoryService,
};
