import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type OpenApiDocument, type Operation, type Response, resolve } from '../../src/rest/docs/openapi.js';
import type { HttpAnswer } from './http.js';

/** Says whether bodies have the form that a document promises. */
export class DocumentChecker {
  private readonly ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
  });

  constructor(readonly document: OpenApiDocument) {
    this.ajv.addVocabulary(['components']);
    this.ajv.addSchema({ $id: 'document', components: document.components });
  }

  /** What an operation promises for this status. */
  response({ responses }: Operation, status: number): Response {
    return resolve<Response>(this.document, responses[status] ?? responses.default);
  }

  /** Compares an answer with what the operation promises for its status. */
  check(operation: Operation, { status, headers, text }: HttpAnswer, about: string): void {
    assert.ok(operation.responses[status] !== undefined, `${about}: status ${status} is not in the document: ${text}`);
    const { content } = this.response(operation, status);
    if (text === '') return assert.equal(content, undefined, `${about}: no body`);
    const [type] = (headers['content-type'] ?? '').split(';');
    assert.ok(content?.[type] !== undefined, `${about}: ${type} is not in the document`);
    if (type === 'application/json') this.checkValue(content[type].schema, JSON.parse(text), about);
  }

  checkValue(schema: object, value: unknown, about: string): void {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
    const valid = this.ajv.validate(JSON.parse(text), value);
    assert.ok(valid, `${about}: ${this.ajv.errorsText()} in ${JSON.stringify(value)}`);
  }
}
