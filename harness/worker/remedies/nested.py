"""Every layer of a model, however deep, and which of them are trained.

Constraints: Python 3.6 syntax.
"""

import contextlib


def layers(model):
    """All layers at any depth, each before those inside it; before TensorFlow 2.3 only those of models."""
    walk = getattr(model, "_flatten_layers", None)
    if walk is not None:
        return [layer for layer in walk() if layer is not model]
    return [one for layer in getattr(model, "layers", ()) for one in [layer] + layers(layer)]


@contextlib.contextmanager
def trained(flags):
    """Let layers be trained or not for a while: [(layer, whether it is)], in the order of setting."""
    before = [(layer, layer.trainable) for layer, _ in flags]
    _set(flags)
    try:
        yield
    finally:
        _set(before)


def flags_in(model, stored, listed):
    """[(layer, whether it was trained where it was saved)] for the layers that a configuration tells of.

    `listed` gives the configurations of the layers of a stored model. A model comes before what is inside it, since it
    passes its flag on.
    """
    found = []
    ours = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    for layer, one in zip(ours, listed(stored)):
        config = one.get("config")
        if isinstance(config, dict) and "trainable" in config:
            found.append((layer, bool(config["trainable"])))
        if getattr(layer, "layers", None):
            found += flags_in(layer, one, listed)
    return found


def frozen(model):
    """[(layer, False)] for every layer inside another model."""
    return [(inner, False) for layer in model.layers if getattr(layer, "layers", None)
            for inner in [layer] + layers(layer)]


def _set(flags):
    for layer, trained_there in flags:
        layer.trainable = trained_there
