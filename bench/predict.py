"""Trains the models of bench/predict.ts and bench/convert.ts and tells how long their own libraries take.

    python bench/predict.py FOLDER [model ...]

Writes each model and 512 rows for it to FOLDER and prints one line of JSON about it: name, title, what to ask, library.
Then it answers lines "NAME ROWS SECONDS" with the microseconds of a call on so many rows, one thread.
"""

import json
import sys
import time
from pathlib import Path

import joblib
import lightgbm
import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_digits, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

ROWS = 512
SCIKIT_LEARN = f"scikit-learn {sklearn.__version__}"


def digits(estimator):
    """A model of the first half of the digits, and rows of the second."""
    data, labels = load_digits(return_X_y=True)
    half = len(data) // 2 + 1
    return estimator.fit(data[:half], labels[:half]), data[half : half + ROWS]


def made_rows(count=5000):
    return make_classification(count, 20, n_informative=10, random_state=0)


def xgboost_trees():
    rows, labels = made_rows()
    model = xgboost.XGBClassifier(n_estimators=100, max_depth=6, n_jobs=1, random_state=0).fit(rows, labels)
    return model, rows[:ROWS]


def lightgbm_trees():
    rows, labels = made_rows()
    parameters = {"objective": "binary", "num_leaves": 31, "num_threads": 1, "verbose": -1}
    return lightgbm.train(parameters, lightgbm.Dataset(rows, labels), num_boost_round=100), rows[:ROWS]


def mixed_columns():
    random = np.random.default_rng(0)
    numbers = {f"number {i}": random.normal(i, 1 + i, 2000) for i in range(6)}
    words = {f"word {i}": random.choice([f"value {j}" for j in range(5 + 5 * i)], 2000) for i in range(4)}
    frame = pd.DataFrame(numbers | words)
    labels = (frame["number 0"] + (frame["word 1"] > "value 4") > 0.5).astype(int)
    columns = ColumnTransformer(
        [("scale", StandardScaler(), list(numbers)), ("encode", OneHotEncoder(handle_unknown="ignore"), list(words))]
    )
    return make_pipeline(columns, LogisticRegression()).fit(frame, labels), frame[:ROWS]


def texts():
    random = np.random.default_rng(0)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    words = ["".join(random.choice(letters, random.integers(3, 10))) for _ in range(3000)]
    labels = random.integers(0, 2, 2000)
    places = [np.minimum(random.zipf(1.3, random.integers(10, 40)) + 3 * label, 2999) for label in labels]
    lines = [" ".join(words[place] for place in line) for line in places]
    return make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(lines, labels), lines[:ROWS]


def large_forest():
    rows, labels = made_rows(20_000)
    return RandomForestClassifier(240, random_state=0, n_jobs=2).fit(rows, labels).set_params(n_jobs=None), rows[:ROWS]


# Name: title, and what makes the model and its rows.
MODELS = {
    "svc": ("SVC, digits", lambda: digits(SVC(gamma=0.001))),
    "forest": ("Random forest of 100, digits", lambda: digits(RandomForestClassifier(100, random_state=0))),
    "xgboost": ("XGBoost, 100 trees of depth 6", xgboost_trees),
    "lightgbm": ("LightGBM, 100 trees of 31 leaves", lightgbm_trees),
    "logistic": ("Logistic regression, digits", lambda: digits(LogisticRegression(max_iter=2000))),
    "mlp": ("MLP 64-100-10, digits", lambda: digits(MLPClassifier((100,), max_iter=400, random_state=0))),
    "knn": ("5 nearest of 899, digits", lambda: digits(KNeighborsClassifier())),
    "columns": ("ColumnTransformer, logistic regression", mixed_columns),
    "text": ("TF-IDF, logistic regression", texts),
    "large-forest": ("Random forest of about 50 MB", large_forest),
}


def save(folder, name, model):
    """Writes the model as its users do; returns file, kind and library."""
    if isinstance(model, xgboost.XGBModel):
        model.save_model(folder / f"{name}.json")
        return f"{name}.json", "xgboost", f"XGBoost {xgboost.__version__}"
    if isinstance(model, lightgbm.Booster):
        model.save_model(folder / f"{name}.txt")
        return f"{name}.txt", "lightgbm", f"LightGBM {lightgbm.__version__}"
    joblib.dump(model, folder / f"{name}.joblib")
    return f"{name}.joblib", "sklearn", SCIKIT_LEARN


def tensors(rows):
    """The rows as tensors of a request."""
    if isinstance(rows, pd.DataFrame):
        return [tensor(name, rows[name].to_numpy()) for name in rows.columns]
    return [tensor("predict", np.asarray(rows))]


def tensor(name, values):
    datatype = "FP64" if values.dtype == np.float64 else "BYTES"
    return {"name": name, "datatype": datatype, "shape": values.shape, "data": values.ravel().tolist()}


def call_micros(model, rows, seconds):
    """The 10th percentile of at least five calls."""
    micros = []
    end = time.perf_counter() + seconds
    while len(micros) < 5 or time.perf_counter() < end:
        start = time.perf_counter_ns()
        model.predict(rows)
        micros.append((time.perf_counter_ns() - start) / 1000)
    return sorted(micros)[len(micros) // 10]


def main(folder, names):
    trained = {}
    for name in names:
        title, train = MODELS[name]
        model, rows = trained[name] = train()
        file, kind, library = save(folder, name, model)
        (folder / f"{name}.rows.json").write_text(json.dumps(tensors(rows)))
        print(json.dumps({"name": name, "title": title, "file": file, "kind": kind, "library": library}), flush=True)
    for line in sys.stdin:
        name, count, seconds = line.split()
        model, rows = trained[name]
        print(call_micros(model, rows[: int(count)], float(seconds)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
