"""gRPC's own tools: reflection, with calls made of nothing but what it tells, and health checks."""

import unittest

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from server import GRPC, ONE_DIGIT

INFERENCE = "inference.GRPCInferenceService"
REPOSITORY = "inference.model_repository.ModelRepositoryService"


class Grpc(unittest.TestCase):
    def setUp(self):
        self.channel = grpc.insecure_channel(GRPC.removeprefix("http://"))
        self.addCleanup(self.channel.close)


class Reflection(Grpc):
    def setUp(self):
        super().setUp()
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.database)

    def ask(self, service, method, **fields):
        described = self.pool.FindServiceByName(service).methods_by_name[method]
        request, response = map(message_factory.GetMessageClass, [described.input_type, described.output_type])
        call = self.channel.unary_unary(
            f"/{service}/{method}", request_serializer=request.SerializeToString, response_deserializer=response.FromString
        )
        return call(request(**fields))

    def test_every_service_is_described(self):
        services = self.database.get_services()
        self.assertLessEqual({INFERENCE, REPOSITORY, "grpc.health.v1.Health"}, set(services))
        for service in services:
            self.assertGreater(len(self.pool.FindServiceByName(service).methods), 0, service)

    def test_calls(self):
        self.assertEqual(self.ask(INFERENCE, "ServerMetadata").name, "mlserver")
        tensor = {"name": "x", "datatype": "FP32", "shape": [1, 64], "contents": {"fp32_contents": ONE_DIGIT[0]}}
        answer = self.ask(INFERENCE, "ModelInfer", model_name="mnist-svm", inputs=[tensor])
        self.assertEqual(list(answer.outputs[0].contents.int64_contents), [8])
        states = {item.name: item.state for item in self.ask(REPOSITORY, "RepositoryIndex").models}
        self.assertEqual(states["mnist-svm"], "READY")


class Health(Grpc):
    def setUp(self):
        super().setUp()
        self.stub = health_pb2_grpc.HealthStub(self.channel)

    def test_check(self):
        for service in ["", INFERENCE, REPOSITORY]:
            status = self.stub.Check(health_pb2.HealthCheckRequest(service=service)).status
            self.assertEqual(status, health_pb2.HealthCheckResponse.SERVING)
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub.Check(health_pb2.HealthCheckRequest(service="nope"))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_watch(self):
        for service, status in [("", "SERVING"), ("nope", "SERVICE_UNKNOWN")]:
            watch = self.stub.Watch(health_pb2.HealthCheckRequest(service=service))
            self.assertEqual(next(watch).status, health_pb2.HealthCheckResponse.ServingStatus.Value(status))
            watch.cancel()


if __name__ == "__main__":
    unittest.main()
