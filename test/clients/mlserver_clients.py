"""MLServer's codecs on our answers, over REST and gRPC, and its command line against our server."""

import json
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import grpc
import numpy as np
import pandas as pd
from mlserver.codecs import (
    Base64Codec,
    DatetimeCodec,
    NumpyCodec,
    NumpyRequestCodec,
    PandasCodec,
    StringCodec,
    StringRequestCodec,
)
from mlserver.grpc.converters import ModelInferRequestConverter, ModelInferResponseConverter
from mlserver.grpc.dataplane_pb2_grpc import GRPCInferenceServiceStub
from mlserver.types import InferenceRequest, InferenceResponse, Parameters, RequestInput, RequestOutput
from server import GRPC, HTTP, ONE_DIGIT


stub = GRPCInferenceServiceStub(grpc.insecure_channel(GRPC.removeprefix("http://")))


def rest(model, request):
    body = request.model_dump_json(exclude_none=True).encode()
    headers = {"content-type": "application/json"}
    ask = urllib.request.Request(f"{HTTP}/v2/models/{model}/infer", body, headers)
    with urllib.request.urlopen(ask) as answer:
        return InferenceResponse.model_validate_json(answer.read())


def rpc(use_raw):
    def infer(model, request):
        message = ModelInferRequestConverter.from_types(request, model, "", use_raw=use_raw)
        return ModelInferResponseConverter.to_types(stub.ModelInfer(message))

    return infer


TRANSPORTS = {"REST": rest, "gRPC": rpc(False), "gRPC raw": rpc(True)}


class Codecs(unittest.TestCase):
    """What MLServer's codecs encode comes back from a class that decodes and encodes it with ours."""

    def each(self, values, check):
        for transport, infer in TRANSPORTS.items():
            for value in values:
                with self.subTest(transport=transport, value=value):
                    check(infer, transport != "REST", value)

    def tensors(self, codec, values):
        def check(infer, use_bytes, value):
            request = InferenceRequest(inputs=[codec.encode_input("x", value, use_bytes=use_bytes)])
            got = codec.decode_output(infer("codecs", request).outputs[0])
            self.assertEqual(np.asarray(got).dtype, np.asarray(value).dtype)
            self.assertEqual(np.asarray(got).tolist(), np.asarray(value).tolist())

        self.each(values, check)

    def test_numpy(self):
        integers = [np.dtype(f"{sign}int{bits}") for sign in ["", "u"] for bits in [8, 16, 32, 64]]
        ends = [np.array([[np.iinfo(dtype).min], [np.iinfo(dtype).max]], dtype) for dtype in integers]
        floats = [np.array([[1.5, -2], [0.1, 3]], dtype) for dtype in [np.float32, np.float64]]
        self.tensors(NumpyCodec, [*ends, *floats, np.array([[True], [False]])])

    def test_texts(self):
        self.tensors(StringCodec, [["one", "żółw", ""]])

    def test_bytes(self):
        self.tensors(Base64Codec, [[b"\x00\xff", b"", b"b"]])

    def test_times(self):
        zone = timezone(timedelta(hours=2))

        def check(infer, use_bytes, value):
            request = InferenceRequest(inputs=[DatetimeCodec.encode_input("x", value, use_bytes=use_bytes)])
            self.assertEqual(DatetimeCodec.decode_output(infer("codecs", request).outputs[0]), value)

        self.each([[datetime(2026, 11, 21, 12, 30, tzinfo=zone), datetime(2026, 1, 1, tzinfo=timezone.utc)]], check)

    def test_raw(self):
        def check(infer, _use_bytes, value):
            parameters = Parameters(content_type="raw")
            tensor = RequestInput(name="x", datatype="FP64", shape=[2, 1], data=value, parameters=parameters)
            [output] = infer("codecs", InferenceRequest(inputs=[tensor])).outputs
            self.assertEqual(NumpyCodec.decode_output(output).tolist(), [[1.5], [2.5]])

        self.each([[1.5, 2.5]], check)

    def test_requests(self):
        def check(infer, use_bytes, value):
            codec = StringRequestCodec if isinstance(value, list) else NumpyRequestCodec
            got = codec.decode_response(infer("codecs", codec.encode_request(value, use_bytes=use_bytes)))
            self.assertEqual(np.asarray(got).tolist(), np.asarray(value).tolist())

        self.each([["one", "żółw"], np.array([[1.5, 2.5]])], check)

    def test_frames(self):
        # MLServer does not know the texts of pandas 3 but as objects.
        columns = {"number": [1.5, 2.5], "whole": [1, 2], "truth": [True, False]}
        objects = {"text": ["a", "b"], "mixed": [1, "x"], "lists": [[1, 2], [3]]}
        frame = pd.DataFrame(columns | {name: pd.Series(values, dtype=object) for name, values in objects.items()})

        def check(infer, use_bytes, value):
            request = PandasCodec.encode_request(value, use_bytes=use_bytes)
            got = PandasCodec.decode_response(infer("codecs", request))
            # What came as bytes it leaves as bytes, whatever the column says.
            got["text"] = [text.decode() if use_bytes else text for text in got["text"]]
            self.assertEqual(got.to_dict("list"), columns | objects)
            self.assertEqual({name: got[name].dtype for name in columns}, {name: value[name].dtype for name in columns})

        self.each([frame], check)

    def test_models_of_files(self):
        def check(infer, _use_bytes, value):
            answer = infer("mnist-svm", NumpyRequestCodec.encode_request(value))
            self.assertEqual(NumpyCodec.decode_output(answer.outputs[0]).tolist(), [[8]])
            self.assertEqual(NumpyRequestCodec.decode_response(answer).tolist(), [[8]])

        self.each([ONE_DIGIT], check)

    def test_outputs_as_they_are_asked_for(self):
        def check(infer, use_bytes, case):
            codec, values, wanted = case
            tensor = StringCodec.encode_input("x", values, use_bytes=use_bytes)
            tensor.shape = [len(values)]
            asked = RequestOutput(name="y", parameters=Parameters(content_type=codec.ContentType))
            [output] = infer("texts", InferenceRequest(inputs=[tensor], outputs=[asked])).outputs
            self.assertEqual(codec.decode_output(output), wanted)

        cases = [
            (StringCodec, ["a", "ż"], ["a", "ż"]),
            (Base64Codec, ["a"], [b"a"]),
            (DatetimeCodec, ["2022-01-11"], [datetime(2022, 1, 11)]),
        ]
        self.each(cases, check)


class CommandLine(unittest.TestCase):
    def test_infer(self):
        with tempfile.TemporaryDirectory() as folder:
            asked, answered = Path(folder, "asked.jsonl"), Path(folder, "answered.jsonl")
            request = NumpyRequestCodec.encode_request(ONE_DIGIT).model_dump_json(exclude_none=True)
            asked.write_text(f"{request}\n" * 20)
            command = Path(sys.executable).with_name("mlserver")
            options = ["-u", HTTP.removeprefix("http://"), "-m", "mnist-svm", "-i", asked, "-o", answered]
            subprocess.run([command, "infer", *options], check=True, capture_output=True)
            lines = [json.loads(line) for line in answered.read_text().splitlines()]
        self.assertEqual([line["outputs"][0]["data"] for line in lines], [[8]] * 20)


if __name__ == "__main__":
    unittest.main()
