import { resolve } from 'node:path';
import type { Environment } from '../settings/env.js';
import type { ServerSettings } from '../settings/server-settings.js';
import { FileRepository } from './file-repository.js';
import { ListRepository } from './list-repository.js';
import type { ModelRepository } from './repository.js';

/** The repository that the settings name: a list of models if there is one, else the folder. */
export function openRepository(settings: ServerSettings, environment: Environment): ModelRepository {
  const { modelList } = settings;
  if (modelList === null) return new FileRepository(settings, environment);
  return new ListRepository(resolve(modelList), settings, environment);
}
