import { toServerError } from '../core/errors.js';
import type { Logger } from '../logging/logger.js';
import type { ModelRepository } from '../repository/repository.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { ModelRegistry } from './model-registry.js';

/**
 * Loads everything the repository holds. A model that cannot be loaded takes no other down: its reason is logged, kept by the
 * registry, and told here.
 */
export async function loadRepository(
  repository: ModelRepository,
  registry: ModelRegistry,
  logger: Logger,
): Promise<string[]> {
  const { specs, failures, warnings } = await repository.list();
  for (const warning of warnings) logger.warning(warning);
  for (const { path, error } of failures) logger.error(`Failed load model settings at ${path}: ${error.message}`);
  const reasons = failures.map(({ name, path, error }) => `${name ?? path}: ${error.message}`);
  const byName = group(specs);
  await Promise.all(
    [...byName].map(([name, versions]) =>
      registry.setDesired(name, versions).catch((error: unknown) => {
        reasons.push(`${name}: ${toServerError(error).message}`);
      }),
    ),
  );
  return reasons;
}

function group(specs: readonly ModelSpec[]): Map<string, ModelSpec[]> {
  const byName = new Map<string, ModelSpec[]>();
  for (const spec of specs) {
    const versions = byName.get(spec.name);
    if (versions === undefined) byName.set(spec.name, [spec]);
    else versions.push(spec);
  }
  return byName;
}
