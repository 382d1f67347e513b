"""MLServer's codecs on our answers, and its command line against our server."""

import json
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from datetime import datetime
from pathlib import Path

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
from mlserver.types import InferenceRequest, InferenceResponse
from server import HTTP, ONE_DIGIT


def infer(model, request):
    body = request.model_dump_json(exclude_none=True).encode()
    headers = {"content-type": "application/json"}
    ask = urllib.request.Request(f"{HTTP}/v2/models/{model}/infer", body, headers)
    with urllib.request.urlopen(ask) as answer:
        return InferenceResponse.model_validate_json(answer.read())


class Codecs(unittest.TestCase):
    def test_numpy(self):
        answer = infer("mnist-svm", NumpyRequestCodec.encode_request(ONE_DIGIT))
        self.assertEqual(NumpyCodec.decode_output(answer.outputs[0]).tolist(), [[8]])
        self.assertEqual(NumpyRequestCodec.decode_response(answer).tolist(), [[8]])

    def test_texts(self):
        answer = infer("echo", StringRequestCodec.encode_request(["one", "żółw"]))
        self.assertEqual(StringRequestCodec.decode_response(answer), ["one", "żółw"])

    def test_single_tensors(self):
        cases = [
            (NumpyCodec, np.array([[1.5], [2.5]])),
            (StringCodec, ["a", "b"]),
            (Base64Codec, [b"\x00\xff", b"b"]),
            (DatetimeCodec, [datetime(2026, 11, 21, 12, 30)]),
        ]
        for codec, values in cases:
            with self.subTest(codec=codec.__name__):
                request = InferenceRequest(inputs=[codec.encode_input("x", values)])
                got = codec.decode_output(infer("echo", request).outputs[0])
                self.assertEqual(np.asarray(got).tolist(), np.asarray(values).tolist())

    def test_frames(self):
        # MLServer does not know the texts of pandas 3 but as objects.
        text = pd.Series(["a", "b"], dtype=object)
        frame = pd.DataFrame({"number": [1.5, 2.5], "text": text, "whole": [1, 2]})
        got = PandasCodec.decode_response(infer("echo", PandasCodec.encode_request(frame)))
        self.assertEqual(got.to_dict("list"), frame.to_dict("list"))


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
