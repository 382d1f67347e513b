import type { ModelSpec } from '../settings/model-spec.js';
import type { VersionPolicy } from '../settings/version-policy.js';
import { compareVersions } from './version.js';

/** What a policy makes of a model's versions. */
export interface VersionSelection {
  readonly served: readonly ModelSpec[];
  /** Those it leaves out, each with the reason. */
  readonly left: readonly { readonly spec: ModelSpec; readonly reason: string }[];
  /** For the log. */
  readonly warnings: readonly string[];
}

/** The versions of one model that its policy wants served. The order of `specs` is kept. */
export function selectVersions(specs: readonly ModelSpec[], policy = policyOf(specs)): VersionSelection {
  const wanted = new Set(wantedOf(specs, policy));
  const text = policyText(policy);
  const left = specs.filter(spec => !wanted.has(spec));
  return {
    served: specs.filter(spec => wanted.has(spec)),
    left: left.map(spec => ({ spec, reason: `not among the versions to be served (version_policy ${text})` })),
    warnings: [...missing(specs, policy), ...disagreements(specs, policy)],
  };
}

/** What the newest version that says anything about it says; all if none does. */
export function policyOf(specs: readonly ModelSpec[]): VersionPolicy {
  const [newest] = newestFirst(specs.filter(({ settings }) => settings.parameters.versionPolicy !== null));
  return newest?.settings.parameters.versionPolicy ?? { kind: 'all' };
}

function wantedOf(specs: readonly ModelSpec[], policy: VersionPolicy): readonly ModelSpec[] {
  switch (policy.kind) {
    case 'all':
      return specs;
    case 'latest':
      return newestFirst(specs).slice(0, policy.count);
    case 'specific':
      return specs.filter(({ version }) => version !== undefined && policy.versions.includes(version));
    default:
      return policy satisfies never;
  }
}

/** What has no version comes before all that have one, as it does for requests. */
function newestFirst(specs: readonly ModelSpec[]): readonly ModelSpec[] {
  return specs.toSorted((a, b) => {
    if (a.version === undefined || b.version === undefined) {
      return Number(a.version !== undefined) - Number(b.version !== undefined);
    }
    return compareVersions(b.version, a.version);
  });
}

function missing(specs: readonly ModelSpec[], policy: VersionPolicy): string[] {
  if (policy.kind !== 'specific' || specs.length === 0) return [];
  const gone = policy.versions.filter(version => !specs.some(spec => spec.version === version));
  return gone.map(version => `Model ${specs[0].name}: its version_policy names version ${version}, which is not there`);
}

function disagreements(specs: readonly ModelSpec[], policy: VersionPolicy): string[] {
  const text = policyText(policy);
  return specs.flatMap(({ name, version, settings }) => {
    const own = settings.parameters.versionPolicy;
    if (own === null || policyText(own) === text) return [];
    const says = `version ${version ?? 'none'} says version_policy ${policyText(own)}`;
    return [`Model ${name}: ${says}; that of the newest version counts: ${text}`];
  });
}

function policyText(policy: VersionPolicy): string {
  if (policy.kind === 'latest') return `latest: ${policy.count}`;
  return policy.kind === 'specific' ? `specific: ${policy.versions.join(', ')}` : policy.kind;
}
