import type { ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ServerError } from '../core/errors.js';
import type { Logger } from '../logging/logger.js';
import { decode, encode } from './codec.js';
import { fileDescriptor } from './descriptors.js';
import { serviceName } from './methods.js';
import type { OpenCalls } from './open-calls.js';
import { reflectionService } from './reflection-schema.js';
import type { Draft, ProtoFile, Values } from './schema.js';
import { callFailure, statusOf } from './status.js';

const { ServerReflectionInfo } = reflectionService.methods;
type Question = Values<typeof ServerReflectionInfo.request>;
type Answer = Draft<typeof ServerReflectionInfo.response>;

export interface ReflectionOptions {
  /** None of them imports another. */
  readonly files: readonly ProtoFile[];
  readonly openCalls: OpenCalls;
  readonly logger: Logger;
}

/** grpc.reflection.v1 and v1alpha: tells tools which services there are and what their messages look like. */
export function reflectionHandlers({ files, openCalls, logger }: ReflectionOptions): UntypedServiceImplementation {
  const catalogue = new Catalogue(files);
  return {
    ServerReflectionInfo: openCalls.track((call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('data', (message: Buffer) => {
        try {
          const question = decode(ServerReflectionInfo.request, message);
          if (call.write(encode(ServerReflectionInfo.response, catalogue.answer(question)))) return;
          // Answers are larger than questions: who does not read them may not ask on.
          call.pause();
          call.once('drain', () => call.resume());
        } catch (error) {
          call.emit('error', callFailure(error, call, logger));
        }
      });
      call.on('end', () => call.end());
    }),
  };
}

class Catalogue {
  private readonly descriptors = new Map<string, Uint8Array>();
  /** The path of the file that describes a service, method or message. */
  private readonly symbols = new Map<string, string>();
  private readonly services: string[] = [];
  private readonly messages = new Set<string>();

  constructor(files: readonly ProtoFile[]) {
    for (const file of files) {
      this.descriptors.set(file.path, fileDescriptor(file));
      const { name, methods } = file.service;
      this.services.push(serviceName(file));
      for (const symbol of [name, ...Object.keys(methods).map(method => `${name}.${method}`)]) this.add(file, symbol);
      for (const { name, fields } of file.messages) {
        this.messages.add(`${file.package}.${name}`);
        for (const symbol of [name, ...Object.keys(fields).map(field => `${name}.${field}`)]) this.add(file, symbol);
      }
      for (const { name } of file.enums) this.add(file, name);
    }
  }

  answer(question: Question): Answer {
    return { valid_host: question.host, original_request: question, ...this.find(question) };
  }

  private add(file: ProtoFile, symbol: string): void {
    this.symbols.set(`${file.package}.${symbol}`, file.path);
  }

  private find(question: Question): Answer {
    const { file_by_filename: path, file_containing_symbol: symbol, all_extension_numbers_of_type: type } = question;
    if (path !== undefined) return this.file(path, path);
    if (symbol !== undefined) return this.file(this.symbols.get(symbol), symbol);
    if (question.file_containing_extension !== undefined) return this.file(undefined, 'such an extension');
    if (type !== undefined) {
      if (!this.messages.has(type)) return unknown(type);
      return { all_extension_numbers_response: { base_type_name: type } };
    }
    if (question.list_services !== undefined) {
      return { list_services_response: { service: this.services.map(name => ({ name })) } };
    }
    return failure(new ServerError('INVALID_ARGUMENT', 'message_request: nothing is asked'));
  }

  private file(path: string | undefined, asked: string): Answer {
    const descriptor = path === undefined ? undefined : this.descriptors.get(path);
    if (descriptor === undefined) return unknown(asked);
    return { file_descriptor_response: { file_descriptor_proto: [descriptor] } };
  }
}

function unknown(asked: string): Answer {
  return failure(new ServerError('NOT_FOUND', `${asked} not found`));
}

function failure(error: ServerError): Answer {
  const { code, details } = statusOf(error);
  return { error_response: { error_code: code, error_message: details } };
}
