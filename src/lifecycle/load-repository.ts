import { toServerError } from '../core/errors.js';
import type { Logger } from '../logging/logger.js';
import type { RepositoryListing } from '../repository/repository.js';
import { selectVersions } from '../repository/select-versions.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { ModelRegistry } from './model-registry.js';

/**
 * Loads what a repository holds, of every model the versions that its policy wants served. A model that cannot be loaded takes no
 * other down: its reason is logged, kept by the registry, and told here.
 */
export async function loadRepository(
  { specs, failures, warnings }: RepositoryListing,
  registry: ModelRegistry,
  logger: Logger,
  failed: (name: string, error: unknown) => void = () => {},
): Promise<string[]> {
  for (const warning of warnings) logger.warning(warning);
  for (const { path, error } of failures) logger.error(`Failed load model settings at ${path}: ${error.message}`);
  const reasons = failures.map(({ name, path, error }) => `${name ?? path}: ${error.message}`);
  const loads = [...byName(specs)].map(async ([name, versions]) => {
    const selection = selectVersions(versions);
    for (const warning of selection.warnings) logger.warning(warning);
    await registry.setDesired(name, selection.served).catch((error: unknown) => {
      reasons.push(`${name}: ${toServerError(error).message}`);
      failed(name, error);
    });
  });
  await Promise.all(loads);
  return reasons;
}

/** The versions of each model, in the order of the list. */
export function byName(specs: readonly ModelSpec[]): ReadonlyMap<string, readonly ModelSpec[]> {
  const models = new Map<string, ModelSpec[]>();
  for (const spec of specs) {
    const versions = models.get(spec.name);
    if (versions === undefined) models.set(spec.name, [spec]);
    else versions.push(spec);
  }
  return models;
}
