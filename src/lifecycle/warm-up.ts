import { readFile, stat } from 'node:fs/promises';
import { hasRowsToShare, mergeRequests, requestRows } from '../batching/batch.js';
import { type Datatype, newArray } from '../core/datatype.js';
import { type ErrorData, ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { InferRequest } from '../core/protocol.js';
import { bytesColumn, elementCount, type Parameters, type Tensor, type TensorData } from '../core/tensor.js';
import { badFile } from '../formats/errors.js';
import type { WorkerId, WorkerPool } from '../pool/worker-pool.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { WarmUpSettings } from '../settings/warm-up.js';
import { fileInside } from './file-inside.js';

/** What every new replica of a version is asked before it may serve. */
export interface WarmUp {
  /** Requests that go together, batch by batch. */
  readonly batches: readonly (readonly InferRequest[])[];
  readonly runs: number;
  /** Whether a failure fails the load: what a model's own settings ask for has to work. */
  readonly required: boolean;
  /** Ask for a stream of answers. */
  readonly streams: boolean;
}

/** Rejects with INVALID_ARGUMENT for samples that cannot be read or that the model does not take. */
export type PlanWarmUp = (spec: ModelSpec, model: ModelInterface) => Promise<WarmUp>;

export interface WarmUpOptions {
  /** The server's setting, for models that say nothing. */
  readonly enabled: boolean;
  /** Reads a V2 request in JSON. */
  readonly decode: (body: Uint8Array) => InferRequest;
  /** Throws for what the model does not take. */
  readonly check: (model: ModelInterface, request: InferRequest) => void;
}

export const NO_WARM_UP: WarmUp = { batches: [], runs: 0, required: false, streams: false };
const ONE_ROW: WarmUpSettings = { samples: [], batchSizes: [1], runs: 1 };
const MAX_SAMPLE_BYTES = 1 << 26;
const MAX_UNASKED_ELEMENTS = 1 << 24;

/**
 * Plans what a model's settings ask for. Models that say nothing are asked one row of zeros, made from their metadata; it does not
 * matter what they answer. Classes of users' are asked only if their settings say so: asking may do something.
 */
export function warmUpWith({ enabled, decode, check }: WarmUpOptions): PlanWarmUp {
  const read = async ({ folder }: ModelSpec, sample: string | Parameters): Promise<InferRequest> => {
    if (typeof sample !== 'string') return decode(Buffer.from(JSON.stringify(sample)));
    const path = await fileInside(folder, sample, 'warm_up: the sample');
    const { size } = await stat(path);
    if (size > MAX_SAMPLE_BYTES) throw badFile(`${sample} has ${size} bytes, at most ${MAX_SAMPLE_BYTES} are read`);
    return decode(await readFile(path));
  };
  const samplesOf = async (spec: ModelSpec, model: ModelInterface, samples: WarmUpSettings['samples']) => {
    const requests: InferRequest[] = [];
    for (const [i, sample] of samples.entries()) {
      try {
        const request = await read(spec, sample);
        check(model, request);
        requests.push(request);
      } catch (error) {
        throw asWarmUp(error, typeof sample === 'string' ? sample : `samples[${i}]`);
      }
    }
    return requests;
  };

  const made = (spec: ModelSpec, model: ModelInterface) => {
    const request = zeros(spec, model);
    check(model, request);
    return request;
  };
  const unasked = (spec: ModelSpec, model: ModelInterface): WarmUp => {
    if (!enabled || !mayBeAsked(model)) return NO_WARM_UP;
    try {
      return { batches: [[made(spec, model)]], runs: 1, required: false, streams: false };
    } catch {
      return NO_WARM_UP;
    }
  };

  return async (spec, model) => {
    const asked = spec.settings.warmUp;
    if (asked === null) return unasked(spec, model);
    if (asked === false) return NO_WARM_UP;
    const { samples, batchSizes, runs } = asked === true ? ONE_ROW : asked;
    const requests = samples.length > 0 ? await samplesOf(spec, model, samples) : [made(spec, model)];
    const batches = requests.flatMap(request =>
      batchSizes.map(rows => (model.sharing === 'never' ? [request] : batchOf(request, rows))),
    );
    return { batches, runs, required: true, streams: model.streams === true };
  };
}

/** Whether zeros may be sent without being asked for: not to classes of users', and not to inputs of many values. */
function mayBeAsked({ rule, inputs }: ModelInterface): boolean {
  const elements = inputs.map(({ shape }) => shape.reduce((count, size) => count * Math.max(size, 1), 1));
  return rule.kind !== 'free' && elements.every(count => count <= MAX_UNASKED_ELEMENTS);
}

/** Asks a replica all of it, in vain if that is not required. Resolves with what failed; rejects when the worker is lost. */
export async function warmUp(
  pool: WorkerPool,
  worker: WorkerId,
  key: string,
  { batches, runs, required, streams }: WarmUp,
): Promise<ErrorData | undefined> {
  for (let run = 0; run < runs; run++) {
    for (const batch of batches) {
      const failure = await ask(pool, worker, mergeRequests(key, batch), streams);
      if (failure === undefined) continue;
      return required ? { ...failure, message: `warm_up: ${failure.message}` } : undefined;
    }
  }
  return undefined;
}

async function ask(pool: WorkerPool, worker: WorkerId, frame: ArrayBuffer, streams: boolean) {
  if (!streams) {
    const answer = await pool.infer(worker, frame);
    return answer.ok ? undefined : answer.error;
  }
  const answers = pool.stream(worker, frame);
  for (let next = await answers.next(); !next.done; next = await answers.next()) {
    if (!next.value.ok) return next.value.error;
  }
  return undefined;
}

/** So many copies of a request that they have `rows` rows or a few more. */
function batchOf(request: InferRequest, rows: number): InferRequest[] {
  const copies = hasRowsToShare(request) ? Math.ceil(rows / requestRows(request)) : 1;
  return new Array<InferRequest>(copies).fill(request);
}

/** One row that the metadata allow: zeros, the text '0'. */
function zeros({ name, settings }: ModelSpec, model: ModelInterface): InferRequest {
  const inputs = model.inputs.length > 0 ? model.inputs : settings.inputs;
  if (inputs.length === 0) {
    const problem = `the metadata of model '${name}' have no inputs to make a request from; give samples`;
    throw new ServerError('INVALID_ARGUMENT', `warm_up: ${problem}`);
  }
  const tensors = inputs.map(({ name, datatype, shape }): Tensor => {
    const sizes = shape.map(size => (size < 0 ? 1 : size));
    return { name, datatype, shape: sizes, data: zeroData(datatype, elementCount(sizes, name)) };
  });
  return { inputs: tensors };
}

function zeroData(datatype: Datatype, elements: number): TensorData {
  return datatype === 'BYTES' ? bytesColumn(new Array<string>(elements).fill('0')) : newArray(datatype, elements);
}

function asWarmUp(error: unknown, sample: string): unknown {
  if (!(error instanceof ServerError)) return error;
  return new ServerError('INVALID_ARGUMENT', `warm_up: ${sample}: ${error.message}`, { cause: error.cause });
}
