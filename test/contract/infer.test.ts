import type { Endpoint } from '../../src/server.js';
import { GrpcClient } from './grpc-client.js';
import { inferContract } from './infer.contract.js';
import { MsgpackClient } from './msgpack-client.js';
import { RestClient } from './rest-client.js';

const urlOf = (endpoints: readonly Endpoint[], name: string) => endpoints.find(endpoint => endpoint.name === name)!.url;

inferContract('REST', endpoints => new RestClient(urlOf(endpoints, 'HTTP')));
inferContract('MessagePack', endpoints => new MsgpackClient(urlOf(endpoints, 'HTTP')));
inferContract('gRPC', endpoints => new GrpcClient(urlOf(endpoints, 'gRPC'), false));
inferContract('gRPC raw', endpoints => new GrpcClient(urlOf(endpoints, 'gRPC'), true));
