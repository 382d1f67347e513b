import { fixture } from '../support/fixtures.js';

/*
 * Exchanges recorded with MLServer 1.7.1: what was asked and what it answered, one JSON document a line, numbered in their order.
 * 64-bit integers in bodies are kept as text, "@9223372036854775807", for JSON.parse would round them.
 */

interface Common {
  readonly n: number;
  /** The server that it was had with. */
  readonly profile: string;
  readonly about: string;
}

export interface RestRecording extends Common {
  readonly kind: 'rest';
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly body_text?: string;
  };
  readonly response: {
    /** Missing where MLServer broke the connection. */
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly body_text?: string;
  };
}

/** A message as protobuf's JSON has it. */
export type ProtoJson = Readonly<Record<string, unknown>>;

export interface GrpcRecording extends Common {
  readonly kind: 'grpc';
  readonly request: {
    readonly service: string;
    readonly method: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly message?: ProtoJson;
    /** Of a stream. */
    readonly messages?: readonly ProtoJson[];
  };
  readonly response: {
    readonly message?: ProtoJson;
    readonly messages?: readonly ProtoJson[];
    readonly code: string;
    readonly details?: string;
    readonly trailing_metadata: Readonly<Record<string, string>>;
  };
}

export interface KafkaRecording extends Common {
  readonly kind: 'kafka';
  readonly request: {
    readonly key: string | null;
    readonly headers: Readonly<Record<string, string>>;
    /** Text is sent as it is. */
    readonly value: object | string;
  };
  /** Empty where MLServer gave no answer. */
  readonly response: {
    readonly key?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly value?: object;
  };
}

export interface MetricsRecording extends Common {
  readonly kind: 'metrics';
  readonly body_lines: readonly string[];
}

export type Recording = RestRecording | GrpcRecording | KafkaRecording | MetricsRecording;

export const parseJson = (text: string) => JSON.parse(text.replace(/(?<=[[ ,:])-?\d{16,}(?=[\],}])/g, '"@$&"'));
export const toJson = (value: unknown) => JSON.stringify(value).replace(/"@(-?\d+)"/g, '$1');

export const recordings: readonly Recording[] = Buffer.from(fixture('transcripts/recordings.jsonl'))
  .toString()
  .trim()
  .split('\n')
  .map(parseJson);
