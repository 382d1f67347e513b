import { RECORDED_NAMES } from './recorded-models.js';
import type { ProtoJson } from './recordings.js';

/** How an answer of ours differs from the recorded one, on purpose. */
export interface GrpcDifference {
  readonly code?: string;
  readonly details?: string | RegExp;
  /** Leaves out of both messages what differs. */
  readonly alike?: (message: ProtoJson) => unknown;
  readonly why: string;
}

const UNKNOWN_MODEL: GrpcDifference = {
  details: 'Model nope not found',
  why: 'the text of REST, without a version that nobody asked for',
};

const INDEX: GrpcDifference = {
  alike({ models }) {
    const known = (models as readonly ProtoJson[]).filter(({ name }) => RECORDED_NAMES.has(name as string));
    return known
      .map(({ name, version, state }) => [name, version, (state as string).replace('State.', '')].join())
      .sort();
  },
  why: 'no name of a Python enumeration; there are fewer models, in an order that does not change',
};

/** By the number of the recording. */
export const GRPC_DIFFERENCES: Readonly<Record<number, GrpcDifference>> = {
  71: { alike: message => ({ ...message, version: '' }), why: 'our own version' },
  73: { ...UNKNOWN_MODEL, code: 'NOT_FOUND', why: 'MLServer answers UNKNOWN with the name of a class' },
  75: UNKNOWN_MODEL,
  80: {
    alike: message =>
      JSON.parse(JSON.stringify(message), (key, value) => (key === 'fp64_contents' ? value.length : value)),
    why: 'a model of the same kind, not the recorded one',
  },
  81: {
    alike: message => JSON.parse(JSON.stringify(message), (key, value) => (key === 'parameters' ? undefined : value)),
    why: 'outputs of model files say their content type',
  },
  84: UNKNOWN_MODEL,
  85: { details: 'negative values are not allowed', why: 'no name of a Python class in front' },
  86: { details: 'boom thirteen', why: 'no name of a Python class in front' },
  87: {
    code: 'INVALID_ARGUMENT',
    details: "input 'x': shape [1,4] needs 4 values, got 2",
    why: "the client's mistake, by name",
  },
  88: {
    code: 'INVALID_ARGUMENT',
    details: "input 'INPUT0': 7 bytes are no whole number of FP32 values of 4 bytes",
    why: "the client's mistake, by name",
  },
  89: {
    details: "output 'nope': the model only supports 'predict' as outputs (nope was received)",
    why: 'no name of a Python class in front, and what this model has',
  },
  90: INDEX,
  93: { details: /^Model nope not found in /, why: 'it says where was looked' },
  94: INDEX,
  112: UNKNOWN_MODEL,
};
