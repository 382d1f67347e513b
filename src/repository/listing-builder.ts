import type { ModelSpec } from '../settings/model-spec.js';
import { type Candidate, failureOf, type ReadingContext, readCandidate, replacedBy } from './candidate.js';
import type { PassedOver, RepositoryFailure, RepositoryListing } from './repository.js';
import type { VersionChoice } from './version-folders.js';

/** Gathers a listing, candidate by candidate. */
export class ListingBuilder {
  readonly failures: RepositoryFailure[] = [];
  private readonly warnings: string[] = [];
  private readonly passedOver: PassedOver[] = [];
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

  /** Adds what was chosen of a model's version folders. */
  addChoice({ found, passedOver, failures }: VersionChoice): void {
    this.failures.push(...failures);
    this.passedOver.push(...passedOver);
    for (const { candidate, spec, warnings } of found) {
      this.warnings.push(...warnings);
      this.add(candidate, spec);
    }
  }

  done(): RepositoryListing {
    const specs = Array.from(this.found.values(), ({ spec }) => spec);
    const failures = this.failures.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    // What one range passes over, another may choose.
    const passedOver = this.passedOver.filter(version => !this.found.has(keyOf(version)));
    return { specs, passedOver, failures, warnings: this.warnings };
  }

  /** A description that is there already is no second one. */
  private add(candidate: Candidate, spec: ModelSpec): void {
    const key = keyOf(spec);
    const earlier = this.found.get(key)?.candidate;
    if (earlier?.path === candidate.path) return;
    if (earlier !== undefined) this.failures.push(replacedBy(candidate, earlier));
    this.found.set(key, { candidate, spec });
  }
}

/** The part of a listing that concerns one model. */
export function listingOf(name: string, listing: RepositoryListing): RepositoryListing {
  const { specs, passedOver, failures, warnings } = listing;
  return {
    specs: specs.filter(spec => spec.name === name),
    passedOver: passedOver.filter(version => version.name === name),
    failures: failures.filter(failure => failure.name === name),
    warnings,
  };
}

function keyOf({ name, version }: { readonly name: string; readonly version?: string }): string {
  return JSON.stringify([name, version]);
}
