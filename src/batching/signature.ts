import type { RequestContext } from '../core/context.js';
import type { InferRequest } from '../core/protocol.js';
import type { Parameters } from '../core/tensor.js';
import type { ScheduledModel } from './scheduled-model.js';
import { visibleHeaders } from './visible-headers.js';

/** Requests that always go alone need not be told apart. */
export function signatureFor({ headers }: RequestContext, model: ScheduledModel, request: InferRequest): string {
  if (!model.seesParameters) return signatureOf(request, false);
  return model.maxBatchSize === 1 ? '' : signatureOf(request, true, visibleHeaders(model, headers));
}

/**
 * Text that is equal for requests that may share a batch: input names, datatypes, shapes without the first axis, requested
 * outputs, content types, and - when the model can see them - all parameters. Names are quoted, so no name can forge another
 * signature. `headers` are those that the model sees, if it sees any.
 */
export function signatureOf(request: InferRequest, seesParameters: boolean, headers?: object): string {
  let text = '';
  for (const { name, datatype, shape, parameters } of request.inputs) {
    text += `${quote(name)}${datatype}`;
    for (let i = 1; i < shape.length; i++) text += `,${shape[i]}`;
    if (shape.length === 0) text += '()';
    if (parameters !== undefined) text += visible(parameters, seesParameters);
    text += ';';
  }
  if (request.outputs !== undefined) {
    for (const { name, parameters } of request.outputs) {
      text += `>${quote(name)}`;
      if (parameters !== undefined) text += visible(parameters, seesParameters);
    }
  }
  if (request.parameters !== undefined) {
    const seen = visible(request.parameters, seesParameters);
    if (seen !== '') text += `|${seen}`;
  }
  if (headers !== undefined) text += `#${JSON.stringify(Object.entries(headers).sort())}`;
  return text;
}

function quote(name: string): string {
  return `${name.length}:${name}`;
}

function visible(parameters: Parameters, all: boolean): string {
  if (all) return JSON.stringify(parameters);
  const { content_type: contentType } = parameters;
  return typeof contentType === 'string' ? `~${quote(contentType)}` : '';
}
