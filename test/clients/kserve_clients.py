"""KServe's own clients, REST (V2) and gRPC."""

import unittest

from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig
from server import GRPC, HTTP, ONE_DIGIT


def request(raw):
    tensor = InferInput("predict", [1, 64], "FP32")
    tensor.set_data_from_numpy(ONE_DIGIT, binary_data=raw)
    return InferRequest("mnist-svm", [tensor], request_id="one")


class Rest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
        self.addAsyncCleanup(self.client.close)

    async def test_health(self):
        self.assertTrue(await self.client.is_server_live(HTTP))
        self.assertTrue(await self.client.is_server_ready(HTTP))
        self.assertTrue(await self.client.is_model_ready(HTTP, "mnist-svm"))

    async def test_infers(self):
        for raw in [False, True]:
            answer = await self.client.infer(HTTP, request(raw), model_name="mnist-svm")
            self.assertEqual((answer.id, answer.outputs[0].as_numpy().tolist()), ("one", [[8]]))


class Grpc(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = InferenceGRPCClient(GRPC.removeprefix("http://"), retries=0)
        self.addAsyncCleanup(self.client.close)

    async def test_health(self):
        self.assertTrue(await self.client.is_server_live())
        self.assertTrue(await self.client.is_server_ready())
        self.assertTrue(await self.client.is_model_ready("mnist-svm"))

    async def test_infers(self):
        for raw in [False, True]:
            answer = await self.client.infer(request(raw))
            self.assertEqual((answer.id, answer.outputs[0].as_numpy().tolist()), ("one", [[8]]))


if __name__ == "__main__":
    unittest.main()
