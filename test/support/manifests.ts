import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, parseAllDocuments } from 'yaml';

const DEPLOY = new URL('../../../deploy/', import.meta.url);
const SCHEMAS = new URL('../../../test/fixtures/kubernetes/', import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: foreign data; the schemas say what is in it.
type Foreign = any;

/** A Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Foreign;
  readonly spec: Foreign;
}

/** The objects in the files of a folder in deploy/, by file. */
export function manifestsIn(folder: string): Map<string, Manifest[]> {
  const names = readdirSync(new URL(`${folder}/`, DEPLOY));
  return new Map(names.map(name => [name, objectsIn(new URL(`${folder}/${name}`, DEPLOY))]));
}

function objectsIn(url: URL): Manifest[] {
  return parseAllDocuments(readFileSync(url, 'utf8'), { strict: true }).map(document => {
    for (const error of document.errors) throw error;
    return document.toJS() as Manifest;
  });
}

/** One of the objects in a folder in deploy/. */
export function manifest(folder: string, kind: string, name: string): Manifest {
  const all = [...manifestsIn(folder).values()].flat();
  return all.find(object => object.kind === kind && object.metadata.name === name)!;
}

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
for (const name of readdirSync(SCHEMAS).filter(name => name.endsWith('.yaml'))) {
  ajv.addSchema(parse(readFileSync(new URL(name, SCHEMAS), 'utf8')));
}

/** What the cluster would refuse in an object; undefined when it would take it. */
export function manifestProblem(object: Manifest): string | undefined {
  const kind = `${object.apiVersion}.${object.kind}`.replaceAll('/', '.');
  const schemas = ['core', 'kserve', 'prometheus-operator'].map(file => ajv.getSchema(`${file}#/$defs/${kind}`));
  const schema = schemas.find(schema => schema !== undefined);
  if (schema === undefined) return `there is no schema for ${kind}`;
  return schema(object) ? undefined : ajv.errorsText(schema.errors, { dataVar: object.kind });
}

/** Maps whose keys are the writer's own. */
const FREE: ReadonlySet<string> = new Set(['labels', 'annotations', 'matchLabels', 'requests', 'limits']);

/** Copies of an object, each with one letter too many in the name of one field, wherever it stands. */
export function* misspelt(object: Manifest, but: readonly string[] = []): Iterable<{ at: string; changed: Manifest }> {
  const paths = function* (value: Foreign, path: readonly string[]): Iterable<readonly string[]> {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (path.length === 0 && but.includes(name)) continue;
      if (!Array.isArray(value)) yield [...path, name];
      // The selector of a Service is a map of labels itself.
      const free = FREE.has(name) || (object.kind === 'Service' && name === 'selector');
      if (!free) yield* paths(inner, [...path, name]);
    }
  };
  for (const path of paths(object, [])) {
    const changed = structuredClone(object);
    const holder = path.slice(0, -1).reduce<Foreign>((value, name) => value[name], changed);
    const name = path[path.length - 1];
    holder[`${name}x`] = holder[name];
    delete holder[name];
    yield { at: path.join('.'), changed };
  }
}

/** The variables of a container. */
export function variablesOf(container: {
  readonly env: readonly { name: string; value: string }[];
}): Record<string, string> {
  return Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
}
