import { message, one, type ProtoFile, rpc } from './schema.js';

export const ServingStatus = {
  name: 'HealthCheckResponse.ServingStatus',
  values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 },
} as const;

const HealthCheckRequest = message('HealthCheckRequest', { service: one(1, 'string') });
const HealthCheckResponse = message('HealthCheckResponse', { status: one(1, ServingStatus) });

export const healthService = {
  name: 'Health',
  methods: {
    Check: rpc(HealthCheckRequest, HealthCheckResponse),
    Watch: rpc(HealthCheckRequest, HealthCheckResponse, 'response'),
  },
} as const;

export const healthFile: ProtoFile = {
  path: 'grpc/health/v1/health.proto',
  package: 'grpc.health.v1',
  messages: [HealthCheckRequest, HealthCheckResponse],
  enums: [ServingStatus],
  service: healthService,
};
