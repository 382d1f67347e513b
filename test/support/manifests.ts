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

/** What the cluster would refuse in an object; undefined when it would take it. */
export function manifestProblem(object: Manifest): string | undefined {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  for (const name of readdirSync(SCHEMAS).filter(name => name.endsWith('.yaml'))) {
    ajv.addSchema(parse(readFileSync(new URL(name, SCHEMAS), 'utf8')));
  }
  const kind = `${object.apiVersion}.${object.kind}`.replaceAll('/', '.');
  const schemas = ['core', 'kserve', 'prometheus-operator'].map(file => ajv.getSchema(`${file}#/$defs/${kind}`));
  const schema = schemas.find(schema => schema !== undefined);
  if (schema === undefined) return `there is no schema for ${kind}`;
  return schema(object) ? undefined : ajv.errorsText(schema.errors, { dataVar: object.kind });
}

/** The variables of a container. */
export function variablesOf(container: {
  readonly env: readonly { name: string; value: string }[];
}): Record<string, string> {
  return Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
}
