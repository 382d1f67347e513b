import { GrpcClient } from './grpc-client.js';
import { inferContract } from './infer.contract.js';
import { MsgpackClient } from './msgpack-client.js';
import { RestClient } from './rest-client.js';

inferContract('REST', server => new RestClient(server.url('HTTP')));
inferContract('MessagePack', server => new MsgpackClient(server.url('HTTP')));
inferContract('gRPC', server => new GrpcClient(server.url('gRPC'), false));
inferContract('gRPC raw', server => new GrpcClient(server.url('gRPC'), true));
