import type { ModelSpec } from '../settings/model-spec.js';
import { type Candidate, failureOf, type ReadingContext, readCandidate, replacedBy } from './candidate.js';
import type { RepositoryFailure, RepositoryListing } from './repository.js';

/** Gathers a listing, candidate by candidate. */
export class ListingBuilder {
  readonly failures: RepositoryFailure[] = [];
  readonly warnings: string[] = [];
  private readonly found = new Map<string, { candidate: Candidate; spec: ModelSpec }>();

  constructor(private readonly context: ReadingContext) {}

  /** Adds what a candidate describes, or why it cannot. */
  async read(candidate: Candidate): Promise<void> {
    try {
      const { spec, warnings } = await readCandidate(candidate, this.context);
      this.warnings.push(...warnings);
      this.add(candidate, spec);
    } catch (thrown) {
      this.failures.push(failureOf(candidate, thrown));
    }
  }

  /** A description that is there already is no second one. */
  add(candidate: Candidate, spec: ModelSpec): void {
    const key = JSON.stringify([spec.name, spec.version]);
    const earlier = this.found.get(key)?.candidate;
    if (earlier?.path === candidate.path) return;
    if (earlier !== undefined) this.failures.push(replacedBy(candidate, earlier));
    this.found.set(key, { candidate, spec });
  }

  done(): RepositoryListing {
    const specs = Array.from(this.found.values(), ({ spec }) => spec);
    const failures = this.failures.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    return { specs, failures, warnings: this.warnings };
  }
}

/** The part of a listing that concerns one model. */
export function listingOf(name: string, { specs, failures, warnings }: RepositoryListing): RepositoryListing {
  return {
    specs: specs.filter(spec => spec.name === name),
    failures: failures.filter(failure => failure.name === name),
    warnings,
  };
}
