"""Where the server under test is, and a digit that it knows: an eight."""

import os

import numpy as np

HTTP = os.environ["SERVER_HTTP"]
GRPC = os.environ["SERVER_GRPC"]

# fmt: off
ONE_DIGIT = np.array([[
    0, 0, 1, 11, 14, 15, 3, 0, 0, 1, 13, 16, 12, 16, 8, 0, 0, 8, 16, 4, 6, 16, 5, 0, 0, 5, 15, 11, 13, 14, 0, 0,
    0, 0, 2, 12, 16, 13, 0, 0, 0, 0, 0, 13, 16, 16, 6, 0, 0, 0, 0, 16, 16, 16, 7, 0, 0, 0, 0, 11, 13, 12, 1, 0,
]], dtype=np.float32)
