import { choice, many, message, one, type ProtoFile, rpc } from './schema.js';

const ExtensionRequest = message('ExtensionRequest', {
  containing_type: one(1, 'string'),
  extension_number: one(2, 'int32'),
});
const ServerReflectionRequest = message('ServerReflectionRequest', {
  host: one(1, 'string'),
  file_by_filename: choice('message_request', 3, 'string'),
  file_containing_symbol: choice('message_request', 4, 'string'),
  file_containing_extension: choice('message_request', 5, ExtensionRequest),
  all_extension_numbers_of_type: choice('message_request', 6, 'string'),
  list_services: choice('message_request', 7, 'string'),
});
const FileDescriptorResponse = message('FileDescriptorResponse', { file_descriptor_proto: many(1, 'bytes') });
const ExtensionNumberResponse = message('ExtensionNumberResponse', {
  base_type_name: one(1, 'string'),
  extension_number: many(2, 'int32'),
});
const ServiceResponse = message('ServiceResponse', { name: one(1, 'string') });
const ListServiceResponse = message('ListServiceResponse', { service: many(1, ServiceResponse) });
const ErrorResponse = message('ErrorResponse', { error_code: one(1, 'int32'), error_message: one(2, 'string') });
const ServerReflectionResponse = message('ServerReflectionResponse', {
  valid_host: one(1, 'string'),
  original_request: one(2, ServerReflectionRequest),
  file_descriptor_response: choice('message_response', 4, FileDescriptorResponse),
  all_extension_numbers_response: choice('message_response', 5, ExtensionNumberResponse),
  list_services_response: choice('message_response', 6, ListServiceResponse),
  error_response: choice('message_response', 7, ErrorResponse),
});

export const reflectionService = {
  name: 'ServerReflection',
  methods: { ServerReflectionInfo: rpc(ServerReflectionRequest, ServerReflectionResponse, 'both') },
} as const;

/** The two versions of the service are alike but for their package. */
function reflectionFile(version: 'v1' | 'v1alpha'): ProtoFile {
  return {
    path: `grpc/reflection/${version}/reflection.proto`,
    package: `grpc.reflection.${version}`,
    messages: [
      ServerReflectionRequest,
      ExtensionRequest,
      ServerReflectionResponse,
      FileDescriptorResponse,
      ExtensionNumberResponse,
      ListServiceResponse,
      ServiceResponse,
      ErrorResponse,
    ],
    enums: [],
    service: reflectionService,
  };
}

export const reflectionFiles = [reflectionFile('v1'), reflectionFile('v1alpha')] as const;
