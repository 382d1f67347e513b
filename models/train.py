"""Trains the two example models. Python is needed for this only, never to serve them.

    pip install scikit-learn==1.9.1 joblib xgboost==3.2.0
    python models/train.py
"""

from pathlib import Path

import joblib
import numpy as np
import xgboost
from sklearn import datasets, svm
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent

# The sizes of the 22 groups of yes-or-no columns in the mushroom data: 126 columns in all, one yes in each group.
GROUPS = [6, 4, 10, 2, 9, 4, 3, 2, 12, 2, 7, 4, 4, 9, 9, 2, 4, 3, 8, 9, 6, 7]


def train_digits():
    """A support vector machine on the first half of the handwritten digits, in their order."""
    digits = datasets.load_digits()
    rows = digits.images.reshape((len(digits.images), -1))
    rows_train, _, labels_train, _ = train_test_split(rows, digits.target, test_size=0.5, shuffle=False)
    joblib.dump(svm.SVC(gamma=0.001).fit(rows_train, labels_train), HERE / "mnist-svm" / "model.joblib")


def train_mushrooms():
    """Two small trees on made-up mushrooms: the shape of the well-known data, with a rule to find in it."""
    random = np.random.default_rng(10)
    picked = [random.integers(0, size, 600) for size in GROUPS]
    rows = np.hstack([np.eye(size)[choice] for size, choice in zip(GROUPS, picked)])
    poisonous = (picked[3] < 2) ^ (picked[7] == 0) | (picked[12] == 1)
    data = xgboost.DMatrix(rows, label=poisonous.astype(int))
    booster = xgboost.train({"max_depth": 2, "eta": 1, "objective": "binary:logistic"}, data, num_boost_round=2)
    booster.save_model(HERE / "mushroom-xgboost" / "model.json")


if __name__ == "__main__":
    train_digits()
    train_mushrooms()
