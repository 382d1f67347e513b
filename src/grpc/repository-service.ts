import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { RepositoryAdmin } from '../dataplane/repository-admin.js';
import type { Logger } from '../logging/logger.js';
import { unary } from './methods.js';
import type { repositoryService } from './repository-schema.js';

/** What inference.model_repository.ModelRepositoryService does, and GRPCInferenceService as well. */
export function repositoryHandlers(
  methods: typeof repositoryService.methods,
  repository: RepositoryAdmin,
  logger: Logger,
): UntypedServiceImplementation {
  return {
    RepositoryIndex: unary(methods.RepositoryIndex, logger, async filter => ({
      models: await repository.index(filter),
    })),
    RepositoryModelLoad: unary(methods.RepositoryModelLoad, logger, async request => {
      await repository.load(request.model_name);
      return {};
    }),
    RepositoryModelUnload: unary(methods.RepositoryModelUnload, logger, async request => {
      await repository.unload(request.model_name);
      return {};
    }),
  };
}
