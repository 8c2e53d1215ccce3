"""The diagnosis: rules are tested on recorded failures, on other wordings, and on what must stay unknown.

`recorded/failures.json` has failures of real runs, one or two for each signature that matches in the reference, each
with its right cause. Long messages are cut to the relevant part.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

import pytest

from harness import paths
from harness.catalogue.causes_reader import load_causes
from harness.results import diagnose
from harness.results.diagnose import Evidence, RuntimeTraits
from tests.unit import entries

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "failures.json").read_text())
RUNTIMES = {
    runtime["id"]: RuntimeTraits(
        id=runtime["id"],
        versions=runtime["versions"],
        module=runtime["keras"],
        v1=runtime["v1"],
        backend=runtime["backend"] or "tensorflow",
    )
    for runtime in RECORDED["runtimes"]
}
OLD, TF1, TF2, KERAS3 = (RUNTIMES[name] for name in ("keras2.2.4", "tf1.15", "tf2.15", "tf2.21-keras3"))
CATALOGUE = load_causes()


def recorded(failure: Any) -> Evidence:
    """The evidence of a recorded failure."""
    script = paths.SCENARIOS / f"{failure['scenario']}.py"
    return Evidence(
        verdict=failure["verdict"],
        stage=failure["stage"],
        step=failure.get("step", ""),
        type=failure.get("type", ""),
        message=failure.get("message", ""),
        traceback=traceback(failure.get("frames", [])),
        signal=failure.get("signal", ""),
        log=failure.get("log", ""),
        format=failure["format"],
        script=script.read_text(),
        facts=failure.get("facts", {}),
        saver=RUNTIMES[failure["save"]],
        loader=RUNTIMES[failure["load"]],
        differences=tuple(failure.get("differences", [])),
        observed=frozenset(failure.get("observed", [])),
    )


def traceback(frames: list[str]) -> str:
    """A traceback with frames given as `file.py:function`."""
    return "\n".join('  File "{}", line 1, in {}'.format(*frame.split(":")) for frame in frames)


def raised(error: str, *, frames: tuple[str, ...] = (), **more: Any) -> Evidence:
    """A refused load; `error` is `Type: message`."""
    type, _, message = error.partition(": ")
    values: Any = {
        "verdict": "refused",
        "stage": "load",
        "step": "load",
        "format": "h5",
        "saver": TF2,
        "loader": KERAS3,
        **more,
    }
    return Evidence(type=type, message=message, traceback=traceback(list(frames)), **values)


def silent(*differences: tuple[str, str], observed: str = "predictions weights", **more: Any) -> Evidence:
    """A load without an error; differences are (observation, detail), with a place after ` at ` if any."""
    parsed: Any = tuple(
        {"observation": name, "kind": "value", "where": detail.partition(" at ")[2], "detail": detail}
        for name, detail in differences
    )
    values: Any = {
        "verdict": "changed",
        "stage": "compare",
        "format": "h5",
        "saver": TF2,
        "loader": TF2,
        **more,
    }
    return Evidence(differences=parsed, observed=frozenset(observed.split()), **values)


def cause(evidence: Evidence) -> str:
    """The cause that the diagnosis names."""
    return diagnose.diagnose(evidence, CATALOGUE).cause


@pytest.mark.parametrize(
    "failure",
    RECORDED["failures"],
    ids=[f"{number}-{failure['cause']}" for number, failure in enumerate(RECORDED["failures"])],
)
def test_recorded(failure: Any) -> None:
    """Each recorded failure has the right cause."""
    assert failure["cause"] == cause(recorded(failure))


OTHER_WORDINGS = [
    # quotes, class paths and modules of other versions
    (
        "ValueError: Unknown layer: 'Functional'. Please ensure you are using a `keras.utils.custom_object_scope`",
        "model-class-renamed",
    ),
    ("ValueError: Unknown layer:Functional", "model-class-renamed"),
    (
        "TypeError: Could not deserialize class 'Functional' because its parent module keras.engine.functional cannot "
        "be imported.",
        "model-class-renamed",
    ),
    (
        "TypeError: Could not deserialize class 'Normaliser' because its parent module my.layers cannot be imported. "
        "Full object config: {'module': 'my.layers', 'class_name': 'Normaliser'}",
        "custom-layer-unknown",
    ),
    ("ValueError: Unknown layer: Residual", "custom-layer-unknown"),
    (
        'ValueError: Unknown layer: "KerasLayer". Please ensure this object is passed to the `custom_objects` '
        "argument.",
        "custom-layer-unknown",
    ),
    ("ValueError: Unknown object: 'Residual'. Please ensure", "custom-layer-unknown"),
    ("ValueError: Unable to restore a layer of class Residual", "custom-layer-unknown"),
    (
        "ValueError: Unable to restore custom object of type _tf_keras_metric currently. Please make sure",
        "custom-training-unknown",
    ),
    ("ValueError: Unknown loss function: dice_loss", "custom-training-unknown"),
    ("ValueError: Unknown metric function:dice_coef", "custom-training-unknown"),
    (
        "ValueError: Unknown metric function: {'class_name': 'MeanMetricWrapper', 'config': {'name': 'accuracy'}}",
        "metric-object-unknown",
    ),
    ("ValueError: Unknown layer: TFOpLambda", "op-layer-unknown"),
    ("TypeError: Could not locate class 'SlicingOpLambda'. Make sure custom classes are decorated", "op-layer-unknown"),
    ("ValueError: Unknown layer: TensorFlowOpLayer", "op-layer-unknown"),
    ("ValueError: Unknown regularizer: L2", "layer-class-not-found"),
    (
        "TypeError: Error when deserializing class 'Conv2D' using config={}.\n\nException encountered: Could not "
        "locate class 'Policy'.",
        "dtype-policy",
    ),
    ("ValueError: Unknown initializer: 'HeNormal'", "initializer-renamed"),
    # settings
    (
        "TypeError: Error when deserializing class 'DepthwiseConv2D' using config={}.\n\nException encountered: "
        "Unrecognized keyword arguments passed to DepthwiseConv2D: {'groups': 1}",
        "layer-settings",
    ),
    ("ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}", "layer-settings"),
    ("TypeError: ('Keyword argument not understood:', 'groups')", "layer-settings"),
    ("TypeError: ('Keyword argument not understood:', u'ragged')", "layer-settings"),
    ("TypeError: InputLayer.__init__() got an unexpected keyword argument 'batch_shape'", "input-of-keras3"),
    ("ValueError: Unrecognized keyword arguments: ['batch_shape', 'ragged', 'optional']", "input-of-keras3"),
    ("ValueError: ('Unrecognized keyword arguments:', dict_keys(['ragged']))", "input-ragged"),
    ("TypeError: HeUniform.__init__() got an unexpected keyword argument 'dtype'", "initializer-settings"),
    (
        "ValueError: Argument `name` must be a string and cannot contain character `/`. Received: name=conv1/conv",
        "name-with-slash",
    ),
    (
        'ValueError: Layer "dense" expects 1 input(s), but it received 2 input tensors. Inputs received: [...]',
        "nested-functional",
    ),
    ("ValueError: Invalid value for argument mode. Received: mode=<function max at 0x1>", "text-taken-for-function"),
    # compiled
    (
        "ValueError: Unknown optimizer: 'Custom>RMSprop'. Please ensure you are using a "
        "`keras.utils.custom_object_scope`",
        "optimizer-unknown",
    ),
    ("ValueError: Unknown optimizer: RectifiedAdam", "custom-training-unknown"),
    ("AttributeError: '_UserObject' object has no attribute 'add_slot'", "optimizer-unknown"),
    ("TypeError: Unexpected keyword argument passed to optimizer: learning_rate", "optimizer-arguments"),
    ("ValueError: Argument(s) not recognized: {'lr': 0.001, 'decay': 0.0}", "optimizer-arguments"),
    (
        "ValueError: jit_compile is not a valid argument, kwargs should be empty for "
        "`optimizer_experimental.Optimizer`.",
        "optimizer-arguments",
    ),
    (
        "ValueError: You called `set_weights(weights)` on optimizer Adam with a  weight list of length 13, but the "
        "optimizer was expecting 0 weights.",
        "optimizer-state-shape",
    ),
    ("TypeError: Could not locate function 'mae'. Make sure custom classes are decorated", "short-loss-name"),
    (
        "ValueError: Could not deserialize 'keras.losses.mse' because it is not a KerasSaveable subclass",
        "short-loss-name",
    ),
    (
        "ValueError: You are trying to restore a checkpoint from a legacy TF-Keras optimizer into a v2.11+ Optimizer",
        "checkpoint-legacy-optimizer",
    ),
    # lambdas
    ("NameError: name 'K' is not defined", "lambda-globals"),
    ("ValueError: bad marshal data (invalid reference)", "lambda-bytecode"),
    (
        "ValueError: Requested the deserialization of a Lambda layer with a Python `lambda` inside it.",
        "lambda-safe-mode",
    ),
    ("NotImplementedError: We could not automatically infer the shape of the Lambda's output.", "lambda-output-shape"),
    # weights
    ("ValueError: GRU(reset_after=False) is not compatible with GRU(reset_after=True)", "gru-reset-after"),
    (
        "ValueError: You are trying to load a weight file containing 0 layers into a model with 16 layers.",
        "weights-layout-new",
    ),
    (
        "ValueError: You are trying to load a weight file containing 25 layers into a model with 31 layers.",
        "other-architecture",
    ),
    (
        "ValueError: Layer count mismatch when loading weights from file. Model expected 1 layers, found 0 saved "
        "layers.",
        "weights-layout-new",
    ),
    (
        "ValueError: A total of 2 objects could not be loaded. Example error message for object <Dense name=d>:"
        "\n\n\"Unable to open object (object 'vars' doesn't exist)\"",
        "weights-layout-old",
    ),
    (
        "ValueError: Layer 'conv2d_3' expected 1 variables, but received 0 variables during loading. Expected: "
        "['kernel']",
        "zip-groups-renumbered",
    ),
    ('ValueError: Layer #3 (named "bn") expects 4 weight(s), but the saved weights have 2 element(s)', "weight-count"),
    ("NotFoundError: Key dense/kernel not found in checkpoint", "other-architecture"),
    # environments and files
    ("OSError: Unable to synchronously open file (truncated file: eof = 98304, sblock->base_addr = 0)", "file-damaged"),
    ("BadZipFile: File is not a zip file", "file-damaged"),
    ("ValueError: No model config found in the file at <h5>.", "weights-without-architecture"),
    ("ValueError: No model found in config file.", "weights-without-architecture"),
    ("NotImplementedError: Cannot convert a symbolic Tensor (lstm/strided_slice:0) to a numpy array.", "numpy-newer"),
    ("AttributeError: module 'numpy' has no attribute 'bool'.", "numpy-newer"),
    ("AttributeError: module 'tensorflow' has no attribute 'get_default_graph'", "keras-tensorflow-mismatch"),
    ("ModuleNotFoundError: No module named 'tensorflow'", "module-missing"),
    ("MemoryError: ", "out-of-memory"),
    (
        "TypeError: The added layer must be an instance of class Layer. Found: "
        "<tensorflow.python.keras.engine.training.Model object at 0x1>",
        "keras-mixed",
    ),
    (
        "ValueError: Only instances of `keras.Layer` can be added to a Sequential model. Received: <tensorflow_hub."
        "keras_layer.KerasLayer object at 0x1>",
        "keras-mixed",
    ),
    ("FileNotFoundError: Op type not registered 'SomethingNew' in binary running on host.", "savedmodel-op-unknown"),
    (
        "ValueError: File not found: filepath=m.keras. Please ensure the file is an accessible `.keras` zip file.",
        "ending-does-not-fit",
    ),
]


@pytest.mark.parametrize(("error", "expected"), OTHER_WORDINGS)
def test_other_wordings(error: str, expected: str) -> None:
    """Rules cover all versions and wordings, not only those in the matrix."""
    assert expected == cause(raised(error))


@pytest.mark.parametrize(
    ("error", "more", "expected"),
    [
        (
            "OSError: Unable to open file (file signature not found)",
            {"format": "keras", "loader": TF1},
            "keras-zip-unknown",
        ),
        (
            "OSError: Unable to synchronously open file (file signature not found)",
            {"loader": TF2},
            "ending-does-not-fit",
        ),
        (
            "OSError: Unable to synchronously open file (file signature not found)",
            {"format": "other", "loader": TF1, "facts": {"kind": "zip"}},
            "keras-zip-unknown",
        ),
        (
            "ValueError: File format not supported: filepath=ck. Keras 3 only supports V3 `.keras` files",
            {"format": "tf-checkpoint"},
            "checkpoint-not-read",
        ),
        (
            "ValueError: File format not supported: filepath=m. Keras 3 only supports V3 `.keras` files",
            {"format": "savedmodel"},
            "savedmodel-in-keras3",
        ),
        (
            "IsADirectoryError: [Errno 21] Is a directory: 'm'",
            {"format": "savedmodel", "loader": OLD},
            "savedmodel-in-standalone-keras",
        ),
        (
            "ValueError: Kernel shape must have the same length as input, but received kernel of shape (3, 3, 1, 8)",
            {"saver": OLD},
            "first-layer-shape",
        ),
        (
            "ValueError: Kernel shape must have the same length as input, but received kernel of shape (3, 3, 1, 8)",
            {"saver": KERAS3},
            "unknown",
        ),
        (
            "TypeError: string indices must be integers, not 'str'",
            {"frames": ("saving_utils.py:_resolve_compile_arguments_compat",)},
            "custom-training-unknown",
        ),
        ("TypeError: string indices must be integers, not 'str'", {"frames": ("mine.py:prepare",)}, "unknown"),
        (
            'TypeError: Exception encountered when calling layer "f" (type Lambda).\n\nunsupported operand',
            {"saver": TF1, "loader": TF2},
            "lambda-bytecode",
        ),
        (
            'TypeError: Exception encountered when calling layer "f" (type Lambda).\n\nunsupported operand',
            {"saver": TF2, "loader": TF2},
            "unknown",
        ),
        ("ValueError: Unknown activation function: gelu", {"saver": TF2, "loader": TF1}, "layer-class-not-found"),
        ("ValueError: Unknown activation function: gelu", {"saver": OLD, "loader": OLD}, "custom-layer-unknown"),
        (
            "ValueError: Shapes (3, 4) and (3, 5) are incompatible",
            {"frames": ("training.py:load_weights",)},
            "other-architecture",
        ),
        ("ValueError: Shapes (3, 4) and (3, 5) are incompatible", {"frames": ("mine.py:prepare",)}, "unknown"),
        (
            "FailedPreconditionError: Attempting to use uninitialized value conv/kernel",
            {"stage": "observe", "loader": TF1},
            "session-left",
        ),
        (
            "FailedPreconditionError: Attempting to use uninitialized value Adam/beta",
            {"loader": TF1},
            "never-initialised",
        ),
    ],
)
def test_what_the_message_alone_does_not_decide(error: str, more: Any, expected: str) -> None:
    """The same message has a different cause in a different context, or an unknown one."""
    assert expected == cause(raised(error, **more))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            "ValueError: Model <Mine object> cannot be saved because the input shapes have not been set.",
            "not-called-before-saving",
        ),
        ("RuntimeError: Unable to create attribute (object header message is too large)", "h5-header-too-large"),
        ("TypeError: ('Not JSON Serializable:', tf.float32)", "config-not-json"),
        ("TypeError: Unable to serialize 144.0 to JSON. Unrecognized type <class 'EagerTensor'>.", "config-not-json"),
        ("ValueError: The filename must end in `.weights.h5`. Received: filepath=m.h5", "format-unknown-here"),
        (
            "NotImplementedError: Object Mine was created by passing non-serializable argument values in "
            "`__init__()`, and therefore the object must override `get_config()`",
            "no-get-config",
        ),
        ("ValueError: Unable to create dataset (name already exists)", "weight-names-taken"),
    ],
)
def test_what_cannot_be_saved(error: str, expected: str) -> None:
    """The failure of the saving side is examined."""
    assert expected == cause(raised(error, verdict="unsaved", stage="save", loader=TF2))


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
        (silent(("predictions", "differ at layer 1 lambda_3")), "lambda-globals"),
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


@pytest.mark.parametrize(
    "evidence",
    [
        raised("TypeError: 'NoneType' object is not callable"),
        raised("ValueError: not enough values to unpack (expected 2, got 1)"),
        raised("KeyError: 'something'"),
        raised("RuntimeError: the sky fell"),
        raised("AttributeError: 'Thing' object has no attribute 'other'"),
        raised("TypeError: __init__() got an unexpected keyword argument 'x'", frames=("mine.py:prepare",)),
        Evidence(verdict="crashed", stage="load", signal="SIGSEGV", saver=TF2, loader=TF2),
        Evidence(verdict="timed-out", stage="load", saver=TF2, loader=TF2),
        silent(("predictions", "differ at layer 1 dense")),
        silent(("fresh_predictions", "they differ"), observed="fresh_predictions"),
    ],
)
def test_what_no_rule_covers_is_unknown(evidence: Evidence) -> None:
    """No rule matches just any exception, or just any difference."""
    assert diagnose.Diagnosis("unknown") == diagnose.diagnose(evidence, CATALOGUE)


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("keras2.2.4", True),
        ("tf1.15", True),
        ("tf2.15", False),
        ("tf2.15-v1", True),
        ("tf2.21-keras3", False),
        ("keras3-jax", False),
    ],
)
def test_graph(name: str, graph: bool) -> None:
    """Graphs and sessions: TensorFlow 1, its behaviour switched on in 2, and standalone Keras 2."""
    assert graph is RUNTIMES[name].graph


def test_aspects_of_runtimes() -> None:
    """Minor versions of Python and major versions of the rest, without suffixes."""
    assert ("3.7", "2", "1", "graph") == tuple(TF1.aspect(name) for name in ("python", "keras", "numpy", "execution"))


def test_a_file_that_was_not_read() -> None:
    """Conditions on the file then never hold."""
    lambda_died = Evidence(verdict="crashed", stage="load", signal="SIGSEGV", saver=TF1, loader=TF2)
    assert "unknown" == cause(lambda_died)
    assert "lambda-bytecode" == cause(dataclasses.replace(lambda_died, facts={"kind": "hdf5", "bytecode": True}))


def document() -> Any:
    """A results document with good, unsaved, refused and unexplained cells."""

    def cell(verdict: str, **more: Any) -> Any:
        return entries.cell(variant="v", save="new", load="old", verdict=verdict, **more)

    def runtime(id: str, keras: str) -> Any:
        return {"id": id, "versions": {"keras": keras}, "keras": "tf.keras", "v1": False, "backend": None}

    return {
        "runtimes": [runtime("new", "2.15.0"), runtime("old", "2.3.0-tf")],
        "scenarios": [{"name": "s", "source": ""}],
        "variants": [{"id": "v", "scenario": "s", "format": "h5"}],
        "saves": [
            {"variant": "v", "runtime": "new", "artifact": {"facts": {"kind": "hdf5"}}},
            {"variant": "v", "runtime": "old", "artifact": None},
        ],
        "cells": [
            cell("identical"),
            cell("unsupported"),
            cell("refused", failure=entries.failure("ValueError", "Unknown layer: Functional")),
            cell("unsaved", stage="save", failure=entries.failure("ValueError", "name already exists")),
            cell("refused", failure=entries.failure("RuntimeError", "the sky fell on 'a' at 3")),
            cell("refused", failure=entries.failure("RuntimeError", "the sky fell on 'b' at 14")),
            cell(
                "changed",
                stage="compare",
                reason="predictions differ by up to 3",
                seconds={"observe predictions": 1},
                differences=[
                    {
                        "observation": "predictions",
                        "kind": "value",
                        "where": "0",
                        "detail": "they differ",
                        "counts": True,
                    },
                    {"observation": "metrics", "kind": "text", "where": "0 name", "detail": "renamed", "counts": False},
                ],
            ),
        ],
    }


def test_evidence_of_a_document() -> None:
    """None for a cell that is good or was never tried; only differences that count."""
    evidences = list(diagnose.evidence(document()))
    assert [None, None] == evidences[:2]
    assert {"kind": "hdf5"} == evidences[2].facts  # type: ignore[union-attr]
    last = evidences[-1]
    assert last is not None
    assert ["predictions", "predictions", "they differ", ""] == [
        *last.differs,
        *last.observed,
        last.details,
        last.layer,
    ]


def test_a_document_is_annotated() -> None:
    """Every cell has a cause, empty if it needs none; the catalogue is included."""
    annotated = document()
    diagnose.annotate(annotated, CATALOGUE)
    assert ["", "", "model-class-renamed", "weight-names-taken", "unknown", "unknown", "unknown"] == [
        cell["cause"] for cell in annotated["cells"]
    ]
    assert [cause.id for cause in CATALOGUE.causes] == [cause["id"] for cause in annotated["causes"]]
    assert {"id", "title", "explanation", "kind", "references", "remedies"} == set(annotated["causes"][0])
    assert {"id", "title", "side", "code", "costs", "codes"} == set(annotated["remedies"][0])
    json.dumps(annotated)


def test_what_is_unknown_is_grouped() -> None:
    """By normalised message, the most frequent first, with a cell as an example."""
    annotated = document()
    diagnose.annotate(annotated, CATALOGUE)
    assert [
        ("refused: RuntimeError: the sky fell on '...' at #", 2, "v", "new", "old"),
        ("changed: predictions differ by up to #", 1, "v", "new", "old"),
    ] == [dataclasses.astuple(unexplained) for unexplained in diagnose.unknown(annotated)]


def test_idle_signatures() -> None:
    """Signatures that matched nothing; one that was never measured is not expected to."""
    idle = {signature.id for signature in diagnose.idle(document(), CATALOGUE)}
    assert "h5py-3/1" in idle
    assert not {"model-class-renamed/1", "weight-names-taken/1"} & idle
    assert not any(signature.unmeasured for signature in CATALOGUE.signatures if signature.id in idle)


def test_the_script_is_read_without_its_texts() -> None:
    """Docstrings and comments are not code; a script for another Python is used unchanged."""
    script = '"""set()"""\ndef f():\n    """hash()"""\n    return 1  # set()\n'
    assert "def f():\n    return 1" == diagnose.plain(script)
    assert "print 'old'" == diagnose.plain("print 'old'")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Layer 'a' has 3 weights at 0x7f01", "Layer '...' has # weights at address"),
        ("Error using config={'name': 'a'}.\n\nMore", "Error ..."),
        ("\x1b[1mshape (3, 4)\x1b[0m", "shape (#, #)"),
    ],
)
def test_normalised(message: str, expected: str) -> None:
    """What varies between messages of one meaning is left out."""
    assert expected == diagnose.normalised(message)


def test_every_measured_signature_has_a_recorded_failure() -> None:
    """A new rule comes with the failure that it was made for."""
    diagnoses = [diagnose.diagnose(recorded(failure), CATALOGUE) for failure in RECORDED["failures"]]
    matched = {diagnosis.signature.id for diagnosis in diagnoses if diagnosis.signature}
    measured = {signature.id for signature in CATALOGUE.signatures if not signature.unmeasured}
    assert set() == measured - matched
