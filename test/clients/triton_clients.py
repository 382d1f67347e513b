"""tritonclient with its defaults, over HTTP and gRPC, with and without asyncio."""

import asyncio
import queue
import unittest

import numpy as np
import tritonclient.grpc as grpcclient
import tritonclient.grpc.aio as grpcaio
import tritonclient.http as httpclient
import tritonclient.http.aio as httpaio
from server import GRPC, HTTP, ONE_DIGIT
from tritonclient.utils import InferenceServerException


def host(url):
    return url.removeprefix("http://")


def digit_input(module):
    tensor = module.InferInput("predict", [1, 64], "FP32")
    tensor.set_data_from_numpy(ONE_DIGIT)
    return tensor


def echo_inputs(module):
    arrays = {
        "texts": np.array(["a", "żółw"], dtype=object).reshape(2, 1),
        "half": np.array([[0.5], [65504]], dtype=np.float16),
        "whole": np.array([[2**63 - 1], [-(2**63)]], dtype=np.int64),
        "truth": np.array([[True], [False]]),
    }
    datatypes = {"texts": "BYTES", "half": "FP16", "whole": "INT64", "truth": "BOOL"}
    inputs = []
    for name, array in arrays.items():
        tensor = module.InferInput(name, array.shape, datatypes[name])
        tensor.set_data_from_numpy(array)
        inputs.append(tensor)
    return arrays, inputs


class Common:
    """The calls that the clients without asyncio have in common."""

    def ready(self, model):
        """gRPC has NOT_FOUND for what is not there, which the client raises."""
        try:
            return self.client.is_model_ready(model)
        except InferenceServerException as error:
            self.assertIn("not found", str(error))
            return False

    def test_health_and_metadata(self):
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())
        self.assertTrue(self.client.is_model_ready("mnist-svm", "v0.1.0"))
        self.assertFalse(self.ready("nope"))

    def test_infers(self):
        result = self.client.infer("mnist-svm", [digit_input(self.module)], request_id="one", model_version="v0.1.0")
        self.assertEqual(result.as_numpy("predict").tolist(), [[8]])

    def test_every_kind_of_data_comes_back(self):
        arrays, inputs = echo_inputs(self.module)
        outputs = [self.module.InferRequestedOutput(name) for name in arrays]
        result = self.client.infer("echo", inputs, outputs=outputs)
        for name, array in arrays.items():
            got = result.as_numpy(name)
            expected = [[text.encode()] for [text] in array] if name == "texts" else array.tolist()
            self.assertEqual(got.tolist(), expected, name)

    def test_refusals_have_their_reason(self):
        tensor = self.module.InferInput("predict", [1, 3], "FP32")
        tensor.set_data_from_numpy(np.zeros([1, 3], dtype=np.float32))
        with self.assertRaisesRegex(InferenceServerException, r"expected shape \[-1,64\], got \[1,3\]"):
            self.client.infer("mnist-svm", [tensor])
        with self.assertRaisesRegex(InferenceServerException, "Model nope not found"):
            self.client.infer("nope", [digit_input(self.module)])

    def test_loads_and_unloads(self):
        self.client.unload_model("mushroom-xgboost")
        self.assertFalse(self.ready("mushroom-xgboost"))
        self.client.load_model("mushroom-xgboost")
        self.assertTrue(self.client.is_model_ready("mushroom-xgboost"))
        with self.assertRaisesRegex(InferenceServerException, "nope not found"):
            self.client.load_model("nope")


class Http(Common, unittest.TestCase):
    module = httpclient

    def setUp(self):
        self.client = httpclient.InferenceServerClient(host(HTTP))
        self.addCleanup(self.client.close)

    def test_index(self):
        index = {item["name"]: item["state"] for item in self.client.get_model_repository_index()}
        self.assertEqual(index["mnist-svm"], "READY")
        self.assertEqual(self.client.get_server_metadata()["name"], "mlserver")
        self.assertEqual(self.client.get_model_metadata("mnist-svm")["inputs"][0]["shape"], [-1, 64])

    def test_json_instead_of_binary_data(self):
        tensor = httpclient.InferInput("predict", [1, 64], "FP32")
        tensor.set_data_from_numpy(ONE_DIGIT, binary_data=False)
        wanted = httpclient.InferRequestedOutput("predict", binary_data=False)
        self.assertEqual(self.client.infer("mnist-svm", [tensor], outputs=[wanted]).as_numpy("predict").tolist(), [[8]])

    def test_compression(self):
        for algorithm in ["gzip", "deflate"]:
            result = self.client.infer(
                "mnist-svm",
                [digit_input(httpclient)],
                request_compression_algorithm=algorithm,
                response_compression_algorithm="gzip",
            )
            self.assertEqual(result.as_numpy("predict").tolist(), [[8]])

    def test_asynchronous_calls(self):
        calls = [self.client.async_infer("mnist-svm", [digit_input(httpclient)]) for _ in range(20)]
        for call in calls:
            self.assertEqual(call.get_result().as_numpy("predict").tolist(), [[8]])


class Grpc(Common, unittest.TestCase):
    module = grpcclient

    def setUp(self):
        self.client = grpcclient.InferenceServerClient(host(GRPC))
        self.addCleanup(self.client.close)

    def test_index(self):
        index = {item.name: item.state for item in self.client.get_model_repository_index().models}
        self.assertEqual(index["mnist-svm"], "READY")
        self.assertEqual(list(self.client.get_model_metadata("mnist-svm").inputs[0].shape), [-1, 64])

    def test_stream(self):
        answers = queue.Queue()
        self.client.start_stream(lambda result, error: answers.put((result, error)))
        for i in range(5):
            self.client.async_stream_infer("mnist-svm", [digit_input(grpcclient)], request_id=str(i))
        self.client.async_stream_infer("nope", [digit_input(grpcclient)], request_id="bad")
        self.client.async_stream_infer("mnist-svm", [digit_input(grpcclient)], request_id="last")
        for i in [*map(str, range(5)), None, "last"]:
            result, error = answers.get(timeout=30)
            if i is None:
                self.assertIn("Model nope not found", str(error))
            else:
                self.assertEqual((result.get_response().id, result.as_numpy("predict").tolist()), (i, [[8]]))
        self.client.stop_stream()

    def test_deadline(self):
        with self.assertRaisesRegex(InferenceServerException, "(?i)deadline"):
            self.client.infer("slow", [digit_input(grpcclient)], client_timeout=0.2)


class Asyncio(unittest.IsolatedAsyncioTestCase):
    async def ask(self, client, module):
        self.assertTrue(await client.is_server_ready())
        calls = [client.infer("mnist-svm", [digit_input(module)]) for _ in range(20)]
        for result in await asyncio.gather(*calls):
            self.assertEqual(result.as_numpy("predict").tolist(), [[8]])
        await client.close()

    async def test_http(self):
        client = httpaio.InferenceServerClient(host(HTTP))
        self.assertIn("mnist-svm", [item["name"] for item in await client.get_model_repository_index()])
        await self.ask(client, httpaio)

    async def test_grpc(self):
        await self.ask(grpcaio.InferenceServerClient(host(GRPC)), grpcaio)


if __name__ == "__main__":
    unittest.main()
