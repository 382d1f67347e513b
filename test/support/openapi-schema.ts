/**
 * What OpenAPI 3.1 allows in the objects that our documents use, as JSON Schema: stricter than the specification where we leave
 * things out. Schemas within a document are JSON Schema of 2020-12 themselves.
 */
const map = (values: object) => ({ type: 'object', additionalProperties: values });
const object = (required: readonly string[], properties: Readonly<Record<string, object | true>>) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});
const ref = (name: string) => ({ $ref: `#/$defs/${name}` });
const orReference = (name: string) => ({ anyOf: [ref('reference'), ref(name)] });

const text = { type: 'string', minLength: 1 };
const schema = { $ref: 'https://json-schema.org/draft/2020-12/schema' };
const named = '^[A-Za-z0-9._-]+$';

export const OPENAPI_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object(['openapi', 'info', 'paths'], {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: object(['title', 'version'], { title: text, version: text, description: text }),
    servers: { type: 'array', minItems: 1, items: object(['url'], { url: { type: 'string', pattern: '^/' } }) },
    tags: { type: 'array', uniqueItems: true, items: object(['name'], { name: text, description: text }) },
    paths: { type: 'object', propertyNames: { pattern: '^/' }, additionalProperties: ref('pathItem') },
    components: ref('components'),
  }),
  $defs: {
    reference: object(['$ref'], {
      $ref: { type: 'string', pattern: '^#/components/(schemas|parameters|responses|examples)/[A-Za-z0-9._-]+$' },
    }),
    pathItem: object([], { get: ref('operation'), post: ref('operation') }),
    operation: object(['operationId', 'tags', 'summary', 'responses'], {
      operationId: text,
      tags: { type: 'array', minItems: 1, items: text },
      summary: text,
      description: text,
      parameters: { type: 'array', items: orReference('parameter') },
      requestBody: object(['content'], { description: text, required: { type: 'boolean' }, content: ref('content') }),
      responses: {
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: '^([1-5]\\d\\d|default)$' },
        additionalProperties: orReference('response'),
      },
    }),
    parameter: {
      ...object(['name', 'in', 'schema'], {
        name: text,
        in: { enum: ['path', 'query', 'header'] },
        description: text,
        required: { type: 'boolean' },
        schema,
        example: true,
      }),
      anyOf: [
        { properties: { in: { enum: ['query', 'header'] } } },
        { required: ['required'], properties: { required: { const: true } } },
      ],
    },
    response: object(['description'], { description: text, headers: map(ref('header')), content: ref('content') }),
    header: object(['schema'], { description: text, schema }),
    content: { type: 'object', minProperties: 1, additionalProperties: ref('mediaType') },
    mediaType: object(['schema'], { schema, examples: map(orReference('example')) }),
    example: object(['value'], { summary: text, value: true }),
    components: object([], {
      schemas: { ...map(schema), propertyNames: { pattern: named } },
      parameters: { ...map(ref('parameter')), propertyNames: { pattern: named } },
      responses: { ...map(ref('response')), propertyNames: { pattern: named } },
      examples: { ...map(ref('example')), propertyNames: { pattern: named } },
    }),
  },
};
