import { controlContract } from './control.contract.js';
import { GrpcControl } from './grpc-control.js';
import { RestControl } from './rest-control.js';

controlContract('REST', server => new RestControl(server.url('HTTP')));
controlContract('gRPC', server => new GrpcControl(server.url('gRPC')));
