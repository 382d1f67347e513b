import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { decode, encode } from '../../src/grpc/codec.js';
import type { Draft, MessageType, ProtoFile, Rpc, Values } from '../../src/grpc/schema.js';

/** How a call ended. */
export interface CallResult<A extends MessageType> {
  readonly code: number;
  readonly details: string;
  /** Undefined when it failed. */
  readonly answer: Values<A> | undefined;
  /** All, of a streaming call. */
  readonly answers: readonly Values<A>[];
  readonly trailers: Readonly<Record<string, unknown>>;
}

export interface AskOptions extends CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
}

const asItIs = (message: Buffer) => message;

/** Calls any method by its table. Nothing is rejected: a failure is a result with its code. */
export class GrpcTestClient {
  private readonly client: Client;

  constructor(url: string) {
    this.client = new Client(url.replace('http://', ''), credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  close(): void {
    this.client.close();
  }

  async ask<Q extends MessageType, A extends MessageType>(
    path: string,
    { request, response }: Rpc<Q, A>,
    draft: Draft<Q>,
    options: AskOptions = {},
  ): Promise<CallResult<A>> {
    return this.start(path, response, encode(request, draft), options).result;
  }

  /** A unary call that can be cancelled; the message is already bytes. */
  start<A extends MessageType>(path: string, response: A, message: Buffer, options: AskOptions = {}) {
    const { metadata, ...callOptions } = options;
    let call: { cancel(): void } | undefined;
    const result = new Promise<CallResult<A>>(resolve => {
      let answer: Values<A> | undefined;
      const unary = this.client.makeUnaryRequest(
        path,
        asItIs,
        asItIs,
        message,
        metadataOf(metadata),
        callOptions,
        (error: ServiceError | null, bytes?: Buffer) => {
          if (error !== null) resolve(failed(error));
          else answer = decode(response, bytes!);
        },
      );
      unary.on('status', ({ code, details, metadata: trailers }: StatusObject) => {
        if (code === 0) resolve({ code, details, answer, answers: [answer!], trailers: flat(trailers) });
      });
      call = unary;
    });
    return { result, cancel: () => call!.cancel() };
  }

  /** Sends all messages, then ends its side. */
  async stream<Q extends MessageType, A extends MessageType>(
    path: string,
    { request, response }: Rpc<Q, A>,
    drafts: readonly Draft<Q>[],
  ): Promise<CallResult<A>> {
    const call = this.open(path);
    const result = collect(call, response);
    for (const draft of drafts) call.write(encode(request, draft));
    call.end();
    return result;
  }

  /** A stream in both directions, for the caller to use. */
  open(path: string): ClientDuplexStream<Buffer, Buffer> {
    return this.client.makeBidiStreamRequest(path, asItIs, asItIs);
  }

  /** A stream of answers to one message. */
  watch(path: string, message: Buffer): ClientReadableStream<Buffer> {
    return this.client.makeServerStreamRequest(path, asItIs, asItIs, message);
  }
}

/** All answers of a stream and its end. */
export function collect<A extends MessageType>(
  call: ClientReadableStream<Buffer>,
  response: A,
): Promise<CallResult<A>> {
  return new Promise(resolve => {
    const answers: Values<A>[] = [];
    call.on('data', (message: Buffer) => answers.push(decode(response, message)));
    call.on('error', (error: ServiceError) => resolve({ ...failed<A>(error), answers }));
    call.on('status', ({ code, details, metadata }: StatusObject) => {
      if (code === 0) resolve({ code, details, answer: answers.at(-1), answers, trailers: flat(metadata) });
    });
  });
}

/** `/package.Service/Method` */
export function pathOf(file: ProtoFile, method: string): string {
  return `/${file.package}.${file.service.name}/${method}`;
}

function failed<A extends MessageType>({ code, details, metadata }: ServiceError): CallResult<A> {
  return { code, details, answer: undefined, answers: [], trailers: flat(metadata) };
}

function metadataOf(entries: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return metadata;
}

function flat(metadata: Metadata): Record<string, unknown> {
  const { 'content-type': _type, date: _date, ...others } = metadata.getMap();
  return others;
}
