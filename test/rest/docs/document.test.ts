import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ModelMetadata, TensorMetadata } from '../../../src/core/protocol.js';
import { modelDocument, serverDocument } from '../../../src/rest/docs/document.js';
import { type OpenApiDocument, type Operation, type Parameter, resolve } from '../../../src/rest/docs/openapi.js';
import { DocumentChecker } from '../../support/documents.js';
import { OPENAPI_SCHEMA } from '../../support/openapi-schema.js';

const OPTIONS = { serverVersion: '1.2.3', rootPath: '' };
const ROWS: TensorMetadata = { name: 'x', datatype: 'FP32', shape: [-1, 3] };
const WORDS: TensorMetadata = { name: 'words', datatype: 'BYTES', shape: [2], parameters: { content_type: 'str' } };

interface Described {
  readonly name?: string;
  readonly version?: string;
  readonly versions?: readonly string[];
  readonly inputs?: readonly TensorMetadata[];
  readonly outputs?: readonly TensorMetadata[];
}

function documentOf({ name = 'm', version, versions = [], inputs = [], outputs = [] }: Described): OpenApiDocument {
  const metadata: ModelMetadata = { name, versions: [], platform: '', inputs, outputs, parameters: {} };
  return modelDocument(OPTIONS, { target: { name, version }, metadata, versions });
}

const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item).map((operation: Operation) => ({ path, operation })),
  );

const DOCUMENTS = {
  'of the server': serverDocument(OPTIONS),
  'of a model without tensors or versions': documentOf({}),
  'of a model with both': documentOf({ versions: ['v2', 'v1'], inputs: [ROWS, WORDS], outputs: [ROWS] }),
  'of one version': documentOf({ version: 'v1', versions: ['v2', 'v1'], inputs: [WORDS] }),
};

for (const [about, document] of Object.entries(DOCUMENTS)) {
  describe(`the document ${about}`, () => {
    it('is OpenAPI', () => {
      const ajv = new Ajv2020({ allErrors: true, strict: false });
      const valid = ajv.validate(OPENAPI_SCHEMA, JSON.parse(JSON.stringify(document)));
      assert.ok(valid, ajv.errorsText(undefined, { separator: '\n' }));
    });

    it('refers to what it has', () => {
      const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
      assert.ok(references.length > 0);
      for (const [text, kind, name] of references) {
        assert.ok(name in document.components[kind as keyof OpenApiDocument['components']], text);
      }
    });

    it('names operations once, and the parameters of each path', () => {
      const ids = operationsOf(document).map(({ operation }) => operation.operationId);
      assert.equal(new Set(ids).size, ids.length);
      for (const { path, operation } of operationsOf(document)) {
        const parameters = (operation.parameters ?? []).map(parameter => resolve<Parameter>(document, parameter));
        const inPath = parameters.filter(parameter => parameter.in === 'path').map(parameter => `{${parameter.name}}`);
        assert.deepEqual(inPath, path.match(/\{\w+\}/g) ?? [], path);
        for (const tag of operation.tags) assert.ok(document.tags.some(({ name }) => name === tag));
      }
    });

    it('has examples of the form it asks for', () => {
      const checker = new DocumentChecker(document);
      for (const { path, operation } of operationsOf(document)) {
        const { schema, examples = {} } = operation.requestBody?.content['application/json'] ?? { schema: {} };
        for (const [name, example] of Object.entries(examples)) {
          if (name === 'no-inputs') continue;
          const { value } = resolve<{ value: unknown }>(document, example);
          checker.checkValue(schema, value, `${path} ${name}`);
        }
      }
    });
  });
}

describe('the document of a model', () => {
  it('has the name in its paths and in its title', () => {
    const { paths, info } = documentOf({ name: 'a b+c', versions: ['1.0'] });
    assert.equal(info.title, 'Data Plane for Model a b+c');
    assert.deepEqual(
      Object.keys(paths).filter(path => path.endsWith('/infer') || path.endsWith('load')),
      [
        '/v2/models/a%20b%2Bc/infer',
        '/v2/models/a%20b%2Bc/versions/{model_version}/infer',
        '/v2/repository/models/a%20b%2Bc/load',
        '/v2/repository/models/a%20b%2Bc/unload',
        '/v2/repository/models/a%20b%2Bc/versions/{model_version}/load',
        '/v2/repository/models/a%20b%2Bc/versions/{model_version}/unload',
      ],
    );
    const ofVersion = documentOf({ name: 'a b+c', version: '1.0', versions: ['1.0'] });
    assert.equal(ofVersion.info.title, 'Data Plane for Model a b+c (1.0)');
    assert.ok(Object.keys(ofVersion.paths).every(path => path.includes('/models/a%20b%2Bc/versions/1.0')));
  });

  it('has routes of versions only when there are any, and says which', () => {
    assert.ok(Object.keys(documentOf({}).paths).every(path => !path.includes('versions')));
    const { components } = documentOf({ versions: ['v10', 'v2'] });
    assert.deepEqual(components.parameters.model_version.schema, { type: 'string', enum: ['v10', 'v2'] });
    assert.deepEqual(components.parameters.asked_version.schema, { type: 'string', enum: ['v10', 'v2'] });
  });

  it('makes an example of its tensors', () => {
    const { components } = documentOf({ inputs: [ROWS, WORDS, { name: 'b', datatype: 'BOOL', shape: [] }] });
    assert.deepEqual(components.examples.smallest.value, {
      inputs: [
        { name: 'x', shape: [1, 3], datatype: 'FP32', data: [1, 1, 1] },
        { name: 'words', shape: [2], datatype: 'BYTES', parameters: { content_type: 'str' }, data: ['text', 'text'] },
        { name: 'b', shape: [], datatype: 'BOOL', data: [true] },
      ],
    });
  });

  it('has no example when the tensors are unknown or huge', () => {
    assert.deepEqual(documentOf({}).components.examples, {});
    assert.deepEqual(documentOf({ inputs: [{ ...ROWS, shape: [1000, 1000] }] }).components.examples, {});
  });

  it('takes its tensors only', () => {
    const document = documentOf({ inputs: [ROWS, WORDS], outputs: [ROWS] });
    const checker = new DocumentChecker(document);
    const good = { name: 'x', shape: [5, 3], datatype: 'FP32', data: [] };
    const fits = (schema: string, value: unknown) =>
      checker.checkValue({ $ref: `#/components/schemas/${schema}` }, value, '');
    for (const schema of ['RequestInput', 'ResponseOutput']) {
      fits(schema, good);
      for (const bad of [{ name: 'y' }, { shape: [5, 2] }, { shape: [5, 3, 1] }, { datatype: 'FP64' }]) {
        assert.throws(() => fits(schema, { ...good, ...bad }));
      }
    }
  });
});

describe('documents behind a proxy', () => {
  it('say where the server is', () => {
    assert.deepEqual(serverDocument({ ...OPTIONS, rootPath: '/ml' }).servers, [{ url: '/ml' }]);
    assert.deepEqual(serverDocument(OPTIONS).servers, [{ url: '/' }]);
  });
});
