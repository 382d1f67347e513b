import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Manifest } from './manifests.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** CustomResourceDefinitions (*.yaml.gz) and an OpenAPI document of Kubernetes (*.json.gz) as they are published. */
const FOLDER = [`${ROOT}../shared/kubernetes/`, `${ROOT}../../shared/kubernetes/`].find(existsSync);

/** Why manifests cannot be held against what is published, if they cannot. */
export const NO_PUBLISHED_SCHEMAS = FOLDER === undefined ? 'a clone that stands alone has reduced schemas only' : false;

// biome-ignore lint/suspicious/noExplicitAny: foreign data.
type Foreign = any;

const KEYWORDS = ['type', 'items', 'required', 'enum', 'pattern', 'minimum', 'maximum', 'minItems', 'anyOf', '$ref'];

/** A schema in which fields that it does not name are errors, as `kubectl --validate=strict` has it. */
function closed(schema: Foreign): Foreign {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  if (schema.format === 'int-or-string') return { type: ['integer', 'string'] };
  const { properties, additionalProperties } = schema;
  const result: Foreign = {};
  for (const keyword of KEYWORDS) if (keyword in schema) result[keyword] = closed(schema[keyword]);
  if (additionalProperties !== undefined) result.additionalProperties = closed(additionalProperties);
  else if (properties && !schema['x-kubernetes-preserve-unknown-fields']) result.additionalProperties = false;
  if (properties) {
    result.properties = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, closed(field)]));
  }
  return result;
}

/** Tells what the cluster would refuse in an object; undefined when it would take it. */
export function publishedSchemas(): (object: Manifest) => string | undefined {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const kinds = new Map<string, Foreign>();
  for (const name of readdirSync(FOLDER!).filter(name => name.endsWith('.gz'))) {
    const text = gunzipSync(readFileSync(`${FOLDER}${name}`)).toString();
    if (name.endsWith('.json.gz')) {
      const all = Object.entries<Foreign>(JSON.parse(text).definitions);
      const definitions = Object.fromEntries(all.map(([id, definition]) => [id, closed(definition)]));
      ajv.addSchema({ $id: name, definitions });
      for (const [id, definition] of all) {
        for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
          kinds.set(`${group && `${group}/`}${version} ${kind}`, { $ref: `${name}#/definitions/${id}` });
        }
      }
    } else {
      const { group, names, versions } = parse(text).spec;
      for (const { name, schema } of versions) {
        kinds.set(`${group}/${name} ${names.kind}`, closed(schema.openAPIV3Schema));
      }
    }
  }
  return object => {
    const { apiVersion, kind } = object;
    const schema = kinds.get(`${apiVersion} ${kind}`);
    if (schema === undefined) return `there is no schema for ${apiVersion} ${kind}`;
    return ajv.validate(schema, object) ? undefined : ajv.errorsText(ajv.errors, { dataVar: kind });
  };
}
