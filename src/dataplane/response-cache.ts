import { createHash } from 'node:crypto';
import type { ScheduledModel } from '../batching/scheduled-model.js';
import { signatureOf } from '../batching/signature.js';
import { lastingHeaders } from '../batching/visible-headers.js';
import type { BatchShare } from '../batching/waiting.js';
import type { RequestContext } from '../core/context.js';
import type { InferRequest } from '../core/protocol.js';
import { isBytes, type Tensor, type TensorData } from '../core/tensor.js';

export interface CacheLimits {
  /** Answers. */
  readonly entries: number;
  /** Of all answers together. */
  readonly bytes: number;
}

/** What an entry takes beside its data, roughly. */
const ENTRY_BYTES = 512;

/**
 * The answers of one generation of one model version, so that neither a reload nor another model can ever be answered from it. The
 * answer that was asked for longest ago goes first. Requests that come while the first of their kind is still being answered
 * go to the model as well.
 */
export class ResponseCache {
  /** In the order of their last use. */
  private readonly answers = new Map<string, { readonly share: BatchShare; readonly bytes: number }>();
  private bytes = 0;

  constructor(private readonly limits: CacheLimits) {}

  get(key: string): BatchShare | undefined {
    const found = this.answers.get(key);
    if (found === undefined) return undefined;
    this.answers.delete(key);
    this.answers.set(key, found);
    return found.share;
  }

  put(key: string, share: BatchShare): void {
    const bytes = ENTRY_BYTES + share.outputs.reduce((sum, { data }) => sum + bytesOf(data), 0);
    if (bytes > this.limits.bytes || this.limits.entries === 0) return;
    this.forget(key);
    this.answers.set(key, { share: { ...share, outputs: share.outputs.map(copyOf) }, bytes });
    this.bytes += bytes;
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= this.limits.entries && this.bytes <= this.limits.bytes) break;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    this.bytes -= this.answers.get(key)?.bytes ?? 0;
    this.answers.delete(key);
  }
}

/**
 * Equal for requests that a model cannot tell apart but by their id or by headers of one message: tensors, outputs asked for, and
 * of a model that sees them parameters and headers.
 */
export function cacheKey(
  { headers }: RequestContext,
  { seesParameters }: ScheduledModel,
  request: InferRequest,
): string {
  const hash = createHash('sha256');
  hash.update(signatureOf(request, seesParameters, seesParameters ? lastingHeaders(headers) : undefined));
  for (const { shape, data } of request.inputs) {
    hash.update(`\n${shape.length === 0 ? '' : shape[0]}:`);
    if (isBytes(data)) {
      hash.update(bytesView(data.offsets));
      hash.update(data.bytes);
    } else hash.update(bytesView(data));
  }
  return hash.digest('base64');
}

/** In memory of its own: what came in a batch is a view on all of the batch's answers. */
function copyOf(tensor: Tensor): Tensor {
  const { data } = tensor;
  if (!isBytes(data)) return { ...tensor, data: data.slice() };
  const { offsets, bytes } = data;
  const [first] = offsets;
  return {
    ...tensor,
    data: { offsets: offsets.map(at => at - first), bytes: bytes.slice(first, offsets[offsets.length - 1]) },
  };
}

function bytesOf(data: TensorData): number {
  if (!isBytes(data)) return data.byteLength;
  const { offsets } = data;
  return offsets.byteLength + offsets[offsets.length - 1] - offsets[0];
}

function bytesView({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
