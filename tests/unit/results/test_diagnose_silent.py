"""The causes of silent differences: what differs and what agrees identifies them as well as an exception does."""

from __future__ import annotations

import pytest

from harness.results.diagnosis.evidence import Evidence
from tests.unit.results.failures import KERAS3, OLD, TF1, TF2, cause, silent


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (
            silent(("fresh_predictions", "they differ"), script="def data(rng):\n    return read()"),
            "inputs-prepared-anew",
        ),
        (
            silent(
                ("fresh_predictions", "they differ"), script="words = {w: i for i, w in enumerate(set(text.split()))}"
            ),
            "order-of-hashes",
        ),
        (
            silent(("fresh_predictions", "they differ"), script="'''set(words) in a text is no code'''\nx = read()"),
            "inputs-prepared-anew",
        ),
        (
            silent(("fresh_predictions", "they differ"), script="x = tf.image.resize(x, (4, 4))", saver=TF1),
            "resize-changed",
        ),
        (silent(("predictions", "differ at layer 2 lstm_1"), saver=TF1, format="weights-h5"), "recurrent-defaults"),
        (
            silent(
                ("predictions", "differ at layer 2 lstm_1"),
                saver=TF2,
                loader=KERAS3,
                observed="predictions weights architecture",
            ),
            "hard-sigmoid-redefined",
        ),
        (silent(("predictions", "differ at layer 2 spatial_dropout1d")), "noise-at-prediction"),
        (
            silent(("predictions", "differ at layer 1 lambda_3"), facts={"kind": "hdf5", "lambda_names": ["K"]}),
            "lambda-globals",
        ),
        (silent(("predictions", "differ at layer 1 lambda_3"), saver=TF1), "lambda-bytecode"),
        (silent(("predictions", "differ at layer 0 up_sampling2d"), saver=OLD), "bilinear-redefined"),
        (silent(("predictions", "differ at layer 4 normalization")), "normalization-statistics"),
        (silent(("predictions", "differ at layer 4 batch_normalization_7")), "learning-phase"),
        (
            silent(
                ("predictions", "differ at layer 1 blend"),
                script="class Blend(keras.layers.Layer):\n    def __init__(self, a=1):\n        self.a = a",
            ),
            "custom-layer-config",
        ),
        (
            silent(
                ("predictions", "differ at layer 1 blend"),
                script=(
                    "class Blend(tf.keras.layers.Layer):\n    def build(self, shape):\n        self.a = "
                    "tf.Variable(1.0)"
                ),
            ),
            "custom-layer-state",
        ),
        (silent(("predictions", "differ at layer 1 dense"), script="def swish(x):\n    return 2 * x"), "name-taken"),
        (silent(("predictions", "differ at layer 1 conv2d"), saver=TF1), "layer-means-otherwise"),
        (
            silent(("predictions", "differ at layer 1 conv2d"), ("weights", "weights 0/0 differ")),
            "weights-not-restored",
        ),
        (
            silent(
                ("predictions", "they differ"), ("weights", "weights 0/0 differ"), script="load(path, by_name=True)"
            ),
            "names-numbered-anew",
        ),
        (
            silent(
                ("predictions", "they differ"),
                ("weights", "weights 0/0 differ"),
                loader=TF1,
                script="s.run(tf.global_variables_initializer())",
            ),
            "initialised-after-loading",
        ),
        (
            silent(("predictions", "they differ"), format="code", observed="predictions", script="keras.Sequential()"),
            "weights-drawn-anew",
        ),
        (
            silent(("optimizer", "optimizer iterations: 3 became 0"), verdict="incomplete", format="savedmodel"),
            "savedmodel-optimizer-fresh",
        ),
        (
            silent(
                ("optimizer", "optimizer slot 0 differ by up to 1"),
                verdict="incomplete",
                format="tf-checkpoint",
                saver=TF1,
            ),
            "checkpoint-optimizer-fresh",
        ),
        (
            silent(
                ("metrics", "metrics 1: 0.75 became 0.04"),
                verdict="incomplete",
                script="m.compile(metrics=['accuracy'])",
            ),
            "accuracy-as-text",
        ),
        (silent(("metrics", "metrics 0: 0.75 became 0.04"), verdict="incomplete"), "loss-otherwise"),
    ],
)
def test_silent_differences(evidence: Evidence, expected: str) -> None:
    """What differs and what agrees identify a cause as well as an exception does."""
    assert expected == cause(evidence)
