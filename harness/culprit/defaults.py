"""Arguments that say nothing: what every version of Keras takes if they are left out, and what no constructor takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.culprit.spec import Made

# Written by `get_config`, and made by Keras itself rather than taken from a user.
NOT_GIVEN = frozenset(
    {
        "batch_input_shape",
        "batch_shape",
        "query_shape",
        "key_shape",
        "value_shape",
        "is_legacy_optimizer",
        "build_config",
    }
)
# None is a value of its own here, and not the default.
_NONE_MEANS_SOMETHING = frozenset({"merge_mode"})

_USUAL: Mapping[str, tuple[Any, ...]] = {
    "trainable": (True,),
    "dtype": ("float32",),
    "activation": ("linear",),
    "use_bias": (True,),
    "padding": ("valid",),
    "data_format": ("channels_last",),
    "groups": (1,),
    "dilation_rate": (1, (1,), (1, 1), (1, 1, 1)),
    "implementation": (1, 2),
    "keepdims": (False,),
    "go_backwards": (False,),
    "stateful": (False,),
    "unroll": (False,),
    "return_sequences": (False,),
    "return_state": (False,),
    "time_major": (False,),
    "zero_output_for_mask": (False,),
    "use_cudnn": ("auto",),
    "unit_forget_bias": (True,),
    "recurrent_dropout": (0.0,),
    "mask_zero": (False,),
    "center": (True,),
    "scale": (True,),
    "amsgrad": (False,),
    "decay": (0.0,),
    "nesterov": (False,),
    "centered": (False,),
    "beta_1": (0.9,),
    "beta_2": (0.999,),
    "epsilon": (1e-7, 1e-3),
    "use_ema": (False,),
    "ema_momentum": (0.99,),
    "jit_compile": (False, True),
    "depth_multiplier": (1,),
    "causal": (False,),
    "use_scale": (False,),
    "use_gate": (False,),
    "kernel_initializer": (Made("initializers", "GlorotUniform"),),
    "depthwise_initializer": (Made("initializers", "GlorotUniform"),),
    "pointwise_initializer": (Made("initializers", "GlorotUniform"),),
    "recurrent_initializer": (Made("initializers", "Orthogonal"), Made("initializers", "OrthogonalInitializer")),
    "bias_initializer": (Made("initializers", "Zeros"),),
    "beta_initializer": (Made("initializers", "Zeros"),),
    "gamma_initializer": (Made("initializers", "Ones"),),
    "moving_mean_initializer": (Made("initializers", "Zeros"),),
    "moving_variance_initializer": (Made("initializers", "Ones"),),
    "embeddings_initializer": (Made("initializers", "RandomUniform"),),
}
# Of one class, or of one kind of object.
_OF_CLASS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "initializers": {"gain": (1.0,), "minval": (-0.05,), "maxval": (0.05,), "dtype": ("float32",)},
    "metrics": {"dtype": ("float32",)},
    "losses": {"reduction": ("auto", "sum_over_batch_size")},
    "Activation": {"activation": ()},  # it has to be given one
    "BatchNormalization": {"momentum": (0.99,), "axis": (-1,)},
    "SGD": {"momentum": (0.0,), "learning_rate": (0.01,)},
    "RMSprop": {"momentum": (0.0,), "rho": (0.9,), "learning_rate": (0.001,)},
    "Adam": {"learning_rate": (0.001,)},
    "LSTM": {"dropout": (0.0,), "activation": ("tanh",)},
    "GRU": {"dropout": (0.0,), "activation": ("tanh",)},
    "SimpleRNN": {"dropout": (0.0,), "activation": ("tanh",)},
    "Bidirectional": {"merge_mode": ("concat",)},
    "Concatenate": {"axis": (-1,)},
    "MultiHeadAttention": {"dropout": (0.0,)},
    "Attention": {"dropout": (0.0,)},
}
_MINE = ("initializers", "metrics", "losses")  # spaces whose arguments mean something else than those of layers

# Without these a layer cannot be made at all, so nobody need try.
REQUIRED = frozenset(
    {
        "units", "filters", "kernel_size", "input_dim", "output_dim", "layer", "cell", "rate", "stddev", "target_shape",
        "dims", "n", "num_heads", "key_dim", "axes", "pool_size", "optimizer", "loss", "num_tokens", "height", "width",
        "inner_optimizer",
        "factor", "equation", "output_shape", "mean", "fn",
    }
)  # fmt: skip


def says_nothing(space: str, kind: str, argument: str, value: Any) -> bool:
    """Whether an argument of an object has the value that it would have anyway."""
    if argument in NOT_GIVEN:
        return True
    if value is None:
        return argument not in _NONE_MEANS_SOMETHING
    tables = (_OF_CLASS.get(kind, {}), _OF_CLASS.get(space, {}), {} if space in _MINE else _USUAL)
    usual: tuple[Any, ...] = next((table[argument] for table in tables if argument in table), ())
    return any(type(value) is type(one) and value == one for one in usual)


def says_nothing_beside(kind: str, argument: str, arguments: Mapping[str, Any]) -> bool:
    """Whether an argument is what the others make of it, such as strides of the size of a pool."""
    value = arguments[argument]
    if argument == "strides":
        return bool(value == (arguments.get("pool_size") if "Pooling" in kind else 1))
    if argument == "backward_layer" and isinstance(value, Made):
        forward = arguments.get("layer")
        return isinstance(forward, Made) and _one_way(value) == _one_way(forward)
    return False


def _one_way(layer: Made) -> Made:
    return layer.lacking("go_backwards")
