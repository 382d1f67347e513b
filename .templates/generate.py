"""Makes the models of the templates that `modelyard init` copies, but for those that are examples of models/. Python is needed for this only.

    pip install scikit-learn==1.9.1 joblib==1.6.0
    npm run build && python .templates/generate.py
"""

import subprocess
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
ROOT = HERE.parent


def train_iris():
    """Three kinds of iris from four lengths in centimetres, as scikit-learn keeps it and as ONNX."""
    rows, labels = load_iris(return_X_y=True)
    model = HERE / "sklearn" / "iris" / "model.joblib"
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, labels), model)
    convert = ["node", ROOT / "dist/src/cli/main.js", "convert", model, "-o", HERE / "onnx/iris/model.onnx"]
    subprocess.run(convert, check=True)


if __name__ == "__main__":
    train_iris()
