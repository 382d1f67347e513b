import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { ServerError } from '../core/errors.js';
import type { ModelRef } from '../core/protocol.js';
import type { RepositoryAdmin } from '../dataplane/repository-admin.js';
import type { Logger } from '../logging/logger.js';
import type { ModelRepositoryParameter } from './inference-schema.js';
import { unary } from './methods.js';
import type { repositoryService } from './repository-schema.js';
import type { Values } from './schema.js';

interface ModelRequest {
  readonly model_name: string;
  /** The older service has none. */
  readonly parameters?: ReadonlyMap<string, Values<typeof ModelRepositoryParameter>>;
}

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
      await repository.load(targetOf(request));
      return {};
    }),
    RepositoryModelUnload: unary(methods.RepositoryModelUnload, logger, async request => {
      await repository.unload(targetOf(request));
      return {};
    }),
  };
}

/** The parameter `version`, a text or a whole number, names one version of the model; others are ignored. */
function targetOf({ model_name: name, parameters }: ModelRequest): ModelRef {
  const parameter = parameters?.get('version');
  if (parameter === undefined) return { name };
  const version = parameter.string_param ?? parameter.int64_param?.toString();
  if (version === undefined) {
    throw new ServerError('INVALID_ARGUMENT', "parameters: 'version': expected a text or a whole number");
  }
  return { name, version: version || undefined };
}
