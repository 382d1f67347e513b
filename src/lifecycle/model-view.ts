import { stateOf } from '../repository/file-state.js';
import type { RepositoryFailure, RepositoryListing } from '../repository/repository.js';
import type { VersionStates } from '../repository/version-states.js';
import type { ModelSpec } from '../settings/model-spec.js';
import { byName } from './load-repository.js';

/** What a look at the repository found of one model. */
export interface ModelView {
  readonly name: string;
  readonly specs: readonly ModelSpec[];
  /** Of each spec, the states of its files. */
  readonly states: readonly string[];
  readonly failures: readonly RepositoryFailure[];
  /** All of this in one text: the same as long as nothing changes, '' when there is nothing. */
  readonly state: string;
}

/** The name under which failures stand that are nobody's as far as is known. */
export const NOBODY = '';

/** A listing model by model, with the states of all files. */
export async function viewsOf(
  { specs, passedOver, failures }: RepositoryListing,
  states: VersionStates,
): Promise<ReadonlyMap<string, ModelView>> {
  const models = byName(specs);
  const names = new Set([...models.keys(), ...failures.map(({ name = NOBODY }) => name)]);
  const views = new Map<string, ModelView>();
  for (const name of names) {
    const own = models.get(name) ?? [];
    const wrong = failures.filter(failure => (failure.name ?? NOBODY) === name);
    const ownStates = await Promise.all(own.map(spec => states.state(spec)));
    const wrongStates = await Promise.all(wrong.map(failureState));
    const others = passedOver.filter(version => version.name === name).map(({ version }) => version);
    const state = [...ownStates, ...wrongStates, ...others].join('\n');
    views.set(name, { name, specs: own, states: ownStates, failures: wrong, state });
  }
  return views;
}

async function failureState({ path, version, error }: RepositoryFailure): Promise<string> {
  return JSON.stringify([path, version, error.message, await stateOf(path)]);
}
