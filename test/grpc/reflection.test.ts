import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { fileDescriptor } from '../../src/grpc/descriptors.js';
import { inferenceFile } from '../../src/grpc/inference-schema.js';
import { reflectionFiles, reflectionService } from '../../src/grpc/reflection-schema.js';
import type { Draft } from '../../src/grpc/schema.js';
import { pathOf } from '../support/grpc-client.js';
import { startPuppetServer } from '../support/puppet-server.js';

const { ServerReflectionInfo } = reflectionService.methods;

for (const file of reflectionFiles) {
  describe(file.package, () => {
    const path = pathOf(file, 'ServerReflectionInfo');

    it('lists the services', async t => {
      const { client } = await startPuppetServer(t, { models: [] });
      const { answers } = await client.stream(path, ServerReflectionInfo, [{ host: 'h', list_services: '*' }]);
      assert.deepEqual(
        answers[0].list_services_response?.service.map(({ name }) => name),
        [
          'inference.GRPCInferenceService',
          'inference.model_repository.ModelRepositoryService',
          'grpc.health.v1.Health',
          'grpc.reflection.v1.ServerReflection',
          'grpc.reflection.v1alpha.ServerReflection',
        ],
      );
      assert.equal(answers[0].valid_host, 'h');
      assert.equal(answers[0].original_request?.list_services, '*');
    });

    it('finds the file of a name or symbol', async t => {
      const { client } = await startPuppetServer(t, { models: [] });
      const questions: Draft<typeof ServerReflectionInfo.request>[] = [
        { file_by_filename: 'inference.proto' },
        { file_containing_symbol: 'inference.GRPCInferenceService' },
        { file_containing_symbol: 'inference.GRPCInferenceService.ModelInfer' },
        { file_containing_symbol: 'inference.ModelInferRequest.InferInputTensor' },
        { file_containing_symbol: 'inference.InferParameter.bool_param' },
      ];
      const { code, answers } = await client.stream(path, ServerReflectionInfo, questions);
      assert.equal(code, status.OK);
      const expected = Buffer.from(fileDescriptor(inferenceFile));
      assert.equal(answers.length, questions.length);
      for (const { file_descriptor_response: found } of answers) {
        assert.deepEqual(found?.file_descriptor_proto, [expected]);
      }
    });

    it('answers what is not there with an error, and goes on', async t => {
      const { client } = await startPuppetServer(t, { models: [] });
      const { code, answers } = await client.stream(path, ServerReflectionInfo, [
        { file_by_filename: 'nope.proto' },
        { file_containing_symbol: 'nope.Service' },
        { file_containing_extension: { containing_type: 'inference.ModelInferRequest', extension_number: 1 } },
        { all_extension_numbers_of_type: 'nope.Message' },
        {},
        { all_extension_numbers_of_type: 'inference.ModelInferRequest' },
      ]);
      assert.equal(code, status.OK);
      const codes = answers.map(answer => answer.error_response?.error_code);
      const { NOT_FOUND, INVALID_ARGUMENT } = status;
      assert.deepEqual(codes, [NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, INVALID_ARGUMENT, undefined]);
      assert.equal(answers[5].all_extension_numbers_response?.base_type_name, 'inference.ModelInferRequest');
    });
  });
}
