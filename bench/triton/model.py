# The digits SVC in Triton's Python backend: requests that Triton's batcher put together are one call of scikit-learn, as in MLServer.
import os
import sys

# The backend's Python does not see the environment's packages.
sys.path.insert(0, os.environ["BENCH_PACKAGES"])

import joblib
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.model = joblib.load(os.environ["BENCH_MODEL"])

    def execute(self, requests):
        inputs = [pb_utils.get_input_tensor_by_name(request, "predict").as_numpy() for request in requests]
        labels = self.model.predict(np.concatenate(inputs)).reshape(-1, 1)
        ends = np.cumsum([len(rows) for rows in inputs])
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor("predict", part.copy())])
            for part in np.split(labels, ends[:-1])
        ]
