"""The causes of errors: other wordings than those of the matrix, and messages that alone decide nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.results.failures import KERAS3, OLD, TF1, TF2, cause, raised

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
        (
            "AttributeError: module 'tensorflow' has no attribute 'get_default_graph'",
            {"saver": TF1, "loader": OLD},
            "keras-tensorflow-mismatch",
        ),
        (
            "AttributeError: module 'tensorflow' has no attribute 'get_default_graph'",
            {"saver": OLD, "loader": TF2},
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
