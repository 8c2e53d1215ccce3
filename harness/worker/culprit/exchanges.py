"""Other values that an argument of a layer could have had where the model was saved.

Constraints: Python 3.6 syntax.
"""

import json

# They name a layer, say how it is trained or first filled, or fix its shape: none of them changes what it computes.
NEVER = ("name", "trainable", "batch_input_shape", "batch_shape", "units", "filters", "input_dim", "output_dim",
         "build_config", "shared_object_id", "module", "registered_name", "seed", "cell", "layer", "sparse", "ragged")
_NEVER_ENDINGS = ("_initializer", "_regularizer", "_constraint", "unit_forget_bias", "momentum")
_ACTIVATIONS = ("linear", "sigmoid", "hard_sigmoid", "tanh", "relu", "gelu", "swish", "softplus", "softsign", "elu",
                "selu", "softmax", "exponential")
_WORDS = {
    "padding": ("valid", "same"), "data_format": ("channels_last", "channels_first"),
    "interpolation": ("nearest", "bilinear"), "dtype": ("float32", "float16", "bfloat16", "float64"),
    "merge_mode": ("concat", "sum", "mul", "ave")}
_NUMBERS = {
    "epsilon": (1e-3, 1e-5, 1e-6, 1e-7, 1e-8), "alpha": (0.3, 0.2, 0.1, 0.01, 1.0), "axis": (-1, 1, 2, 3),
    "negative_slope": (0.3, 0.2, 0.1, 0.01, 0.0), "theta": (1.0,), "threshold": (0.0, 1.0)}


def alternatives(keras, config):
    """(name, value) of everything worth trying, switches first."""
    names = [name for name in sorted(config) if name not in NEVER and not name.endswith(_NEVER_ENDINGS)]
    found = [(name, not config[name]) for name in names if isinstance(config[name], bool)]
    for name in names:
        value = config[name]
        if name.endswith("activation"):
            known = getattr(keras, "activations", None)
            found += [(name, other) for other in _ACTIVATIONS if other != value and hasattr(known, other)]
        elif name in _WORDS:
            found += [(name, other) for other in _WORDS[name] if other != value]
        elif name in _NUMBERS:
            found += [(name, other) for other in _NUMBERS[name] if other != value]
    return found


def alike(one, other):
    """Whether two stored values say the same, as a list or a tuple, a number or a text."""
    return _plain(one) == _plain(other)


def _plain(value):
    if isinstance(value, dict) and "config" in value and "class_name" in value:
        name = str(value["class_name"]).split(">")[-1]
        config = value["config"]
        if name in ("DTypePolicy", "Policy") and isinstance(config, dict):
            return json.dumps(config.get("name"))
        return "%s %s" % (name, _plain(config))
    try:
        return json.dumps(value, sort_keys=True, default=str)
    except (TypeError, ValueError):
        return repr(value)
