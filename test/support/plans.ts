import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertFile } from '../../src/convert/convert-file.js';
import { encodePlan } from '../../src/convert/plan-file.js';
import type { ReplicaSpec } from '../../src/wire/messages.js';
import type { Lifetime } from './lifetime.js';
import { temporaryFolder } from './temporary-folder.js';

const MODEL = fileURLToPath(new URL('../../../models/mushroom-xgboost/model.json', import.meta.url));

let converted: Promise<Uint8Array> | undefined;

/** What a worker needs to load the example model of mushrooms. */
export async function mushroomReplica(t: Lifetime, key = 'mushrooms@#1'): Promise<ReplicaSpec> {
  converted ??= convertFile(MODEL, 'xgboost').then(encodePlan);
  const folder = temporaryFolder(t, { 'model.plan': await converted });
  return { key, name: 'mushrooms', runtime: { kind: 'plan', file: join(folder, 'model.plan') } };
}
