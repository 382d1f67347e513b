/**
 * What a gRPC server on grpc-js cannot beat by much: the same messages in and out, as bytes, nothing done with them. Prints its
 * port when it listens.
 */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { INFER_PATH, inferAnswer } from './grpc-messages.js';

const asItIs = (message: Buffer) => message;
const answer = inferAnswer();
const server = new Server();
server.addService(
  {
    ModelInfer: {
      path: INFER_PATH,
      requestStream: false,
      responseStream: false,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  },
  { ModelInfer: (_call: unknown, callback: (error: null, message: Buffer) => void) => callback(null, answer) },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
